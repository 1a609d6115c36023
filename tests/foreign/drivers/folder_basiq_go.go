// The calls of lukasaron/basiq-go, which speaks version 3.
package main

import (
	"context"
	"os"

	basiq "github.com/lukasaron/basiq-go"
	"recorder"
)

var ctx = context.Background()

func text(err error) string {
	if err != nil {
		return err.Error()
	}
	return ""
}

type users = map[string]string

func begin(api *basiq.API) {
	recorder.Try("list connectors", func() (interface{}, string) {
		found, err := api.Connectors(ctx)
		ids := []string{}
		for _, row := range found {
			ids = append(ids, row.ID)
		}
		return ids, text(err)
	})
	recorder.Try("get connector", func() (interface{}, string) {
		found, err := api.Connector(ctx, os.Getenv("INSTITUTION"), "web")
		return found.ID, text(err)
	})
	made := ""
	recorder.Try("create user", func() (interface{}, string) {
		user, err := api.CreateUser(ctx, basiq.UserParams{Email: os.Getenv("EMAIL"), Mobile: os.Getenv("MOBILE")})
		made = user.ID
		return users{"id": user.ID, "email": user.Email, "mobile": user.Mobile}, text(err)
	})
	recorder.Try("get user", func() (interface{}, string) {
		user, err := api.User(ctx, made)
		return users{"id": user.ID, "email": user.Email, "mobile": user.Mobile}, text(err)
	})
	recorder.Try("update user", func() (interface{}, string) {
		user, err := api.UpdateUser(ctx, made, basiq.UserParams{Email: os.Getenv("NEW_EMAIL")})
		return users{"id": user.ID, "email": user.Email, "mobile": user.Mobile}, text(err)
	})
}

func connected(api *basiq.API, user, connection string) {
	recorder.Try("list connections", func() (interface{}, string) {
		found, err := api.Connections(ctx, user)
		ids := []string{}
		for _, row := range found {
			ids = append(ids, row.ID)
		}
		return ids, text(err)
	})
	recorder.Try("get connection", func() (interface{}, string) {
		found, err := api.Connection(ctx, user, connection)
		return []string{found.ID, found.Status}, text(err)
	})
	first := ""
	recorder.Try("list jobs", func() (interface{}, string) {
		found, err := api.UserJobs(ctx, user)
		ids := []string{}
		for _, row := range found {
			ids = append(ids, row.ID)
		}
		first = ids[0]
		return ids, text(err)
	})
	recorder.Try("get job", func() (interface{}, string) {
		job, err := api.Job(ctx, first)
		steps := [][]string{}
		for _, step := range job.Steps {
			steps = append(steps, []string{step.Title, step.Status})
		}
		return steps, text(err)
	})
	recorder.Try("refresh connection", func() (interface{}, string) {
		job, err := api.RefreshConnection(ctx, user, connection)
		return job.ID, text(err)
	})
	recorder.Try("refresh connections", func() (interface{}, string) {
		found, err := api.RefreshConnections(ctx, user)
		ids := []string{}
		for _, row := range found {
			ids = append(ids, row.ID)
		}
		return ids, text(err)
	})
}

func money(api *basiq.API, user string) {
	recorder.Try("list accounts", func() (interface{}, string) {
		found, err := api.Accounts(ctx, user)
		rows := [][]string{}
		for _, row := range found {
			rows = append(rows, []string{row.ID, row.Balance, row.AvailableFunds})
		}
		return rows, text(err)
	})
	recorder.Try("get account", func() (interface{}, string) {
		row, err := api.Account(ctx, user, os.Getenv("ACCOUNT_ID"))
		return []string{row.ID, row.Balance, row.AvailableFunds}, text(err)
	})
	recorder.Try("list transactions", func() (interface{}, string) {
		found, err := api.Transactions(ctx, user)
		rows := [][]string{}
		for _, row := range found {
			rows = append(rows, []string{row.ID, row.Amount})
		}
		return rows, text(err)
	})
	recorder.Try("get transaction", func() (interface{}, string) {
		row, err := api.Transaction(ctx, user, os.Getenv("TRANSACTION_ID"))
		return []string{row.ID, row.Amount}, text(err)
	})
	recorder.Try("list events", func() (interface{}, string) {
		found, err := api.Events(ctx)
		ids := []string{}
		for _, row := range found {
			ids = append(ids, row.ID)
		}
		return ids, text(err)
	})
}

func consents(api *basiq.API, user string) {
	recorder.Try("create auth link", func() (interface{}, string) {
		link, err := api.CreateAuthLink(ctx, user, basiq.AuthLinkParams{Mobile: os.Getenv("MOBILE")})
		return link.Links.Public, text(err)
	})
	recorder.Try("get auth link", func() (interface{}, string) {
		link, err := api.AuthLink(ctx, user)
		return link.Links.Public, text(err)
	})
	recorder.Try("delete auth link", func() (interface{}, string) { return nil, text(api.DeleteAuthLink(ctx, user)) })
	only("list consents", func() error { _, err := api.UserConsent(ctx, user); return err })
}

func only(name string, act func() error) {
	recorder.Try(name, func() (interface{}, string) { return nil, text(act()) })
}

func insights(api *basiq.API, user string) {
	from, to := os.Getenv("FROM")[:7], os.Getenv("TO")[:7]
	afford, income, expenses := "", "", ""
	recorder.Try("affordability", func() (interface{}, string) {
		made, err := api.CreateAffordability(ctx, user, basiq.AffordabilityParams{FromMonth: from, ToMonth: to})
		afford = made.ID
		return made.ID, text(err)
	})
	recorder.Try("income", func() (interface{}, string) {
		made, err := api.CreateIncomeSummary(ctx, user, basiq.IncomeSummaryParams{FromMonth: from, ToMonth: to})
		income = made.ID
		return made.ID, text(err)
	})
	recorder.Try("expenses", func() (interface{}, string) {
		made, err := api.CreateExpenseSummary(ctx, user, basiq.ExpenseSummaryParams{FromMonth: from, ToMonth: to})
		expenses = made.ID
		return made.ID, text(err)
	})
	recorder.Try("list affordability", func() (interface{}, string) {
		list, err := api.AffordabilitySummaries(ctx, user)
		found := []string{}
		for _, each := range list {
			found = append(found, each.ID)
		}
		return found, text(err)
	})
	recorder.Try("get affordability", func() (interface{}, string) {
		found, err := api.Affordability(ctx, user, afford)
		return found.ID, text(err)
	})
	recorder.Try("get income", func() (interface{}, string) {
		found, err := api.IncomeSummary(ctx, user, income)
		return found.ID, text(err)
	})
	recorder.Try("get expenses", func() (interface{}, string) {
		found, err := api.ExpenseSummary(ctx, user, expenses)
		return found.ID, text(err)
	})
	identity := ""
	recorder.Try("list identities", func() (interface{}, string) {
		list, err := api.Identities(ctx, user)
		found := []string{}
		for _, each := range list {
			identity = each.ID
			found = append(found, each.ID)
		}
		return found, text(err)
	})
	recorder.Try("get identity", func() (interface{}, string) {
		one, err := api.Identity(ctx, user, identity)
		return one.ID, text(err)
	})
}

func main() {
	recorder.ReachTheServer()
	api, err := basiq.NewAPI(basiq.Config{APIKey: os.Getenv("KEY"), Scope: basiq.ServerScope})
	recorder.Try("token", func() (interface{}, string) {
		if err == nil {
			err = api.Authenticate(ctx)
		}
		return "yes", text(err)
	})
	user, connection := os.Getenv("USER_ID"), os.Getenv("CONNECTION_ID")
	if os.Getenv("PHASE") == "remove" {
		only("delete connection", func() error { return api.DeleteConnection(ctx, user, connection) })
		only("delete user", func() error { return api.DeleteUser(ctx, user) })
		return
	}
	begin(api)
	connected(api, user, connection)
	money(api, user)
	consents(api, user)
	insights(api, user)
}
