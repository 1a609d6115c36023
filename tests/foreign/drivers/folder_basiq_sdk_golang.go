// The calls of the vendor's client in Go, which speaks version 2.
package main

import (
	"io"
	"log"
	"os"

	"github.com/basiqio/basiq-sdk-golang/basiq"
	"github.com/basiqio/basiq-sdk-golang/errors"
	"github.com/basiqio/basiq-sdk-golang/utilities"
	"github.com/basiqio/basiq-sdk-golang/v2"
	"recorder"
)

func text(err *errors.APIError) string {
	if err != nil {
		return "API error: " + err.Message
	}
	return ""
}

func pairs(list v2.TransactionsList, err *errors.APIError) ([][]string, string) {
	rows := [][]string{}
	for err == nil {
		for _, row := range list.Data {
			rows = append(rows, []string{row.Id, row.Amount})
		}
		more, failed := list.Next()
		if failed != nil || !more {
			return rows, text(failed)
		}
	}
	return rows, text(err)
}

func institutions(session *v2.Session) {
	list, err := session.GetInstitutions()
	ids := []string{}
	for _, row := range list.Data {
		ids = append(ids, row.Id)
	}
	recorder.Call("list institutions", ids, text(err))
	one, err := session.GetInstitution(os.Getenv("INSTITUTION"))
	recorder.Call("get institution", one.Id, text(err))
}

func connect(session *v2.Session, user *v2.User) string {
	job, err := user.CreateConnection(&v2.ConnectionData{
		Institution: &v2.InstitutionData{Id: os.Getenv("INSTITUTION")}, LoginId: os.Getenv("LOGIN"), Password: os.Getenv("PASSWORD"),
	})
	recorder.Call("create connection", job.Id, text(err))
	connection, err := job.WaitForTransactions(100, 60)
	recorder.Call("wait for the job", []string{connection.Id, connection.Status}, text(err))
	service := v2.NewConnectionService(session, user)
	seen, err := service.GetJob(job.Id)
	steps := [][]string{}
	for _, step := range seen.Steps {
		steps = append(steps, []string{step.Title, step.Status})
	}
	recorder.Call("get job", steps, text(err))
	found, err := service.GetConnection(seen.GetConnectionId())
	recorder.Call("get connection", []string{found.Id, found.Status}, text(err))
	return found.Id
}

func connections(name string, user *v2.User, filter *utilities.FilterBuilder) {
	list, err := user.ListAllConnections(filter)
	ids := []string{}
	for _, row := range list.Data {
		ids = append(ids, row.Id)
	}
	recorder.Call(name, ids, text(err))
}

func money(user *v2.User) {
	accounts, err := user.GetAccounts(nil)
	rows := [][]string{}
	for _, row := range accounts.Data {
		rows = append(rows, []string{row.Id, row.Balance, row.AvailableFunds})
	}
	recorder.Call("list accounts", rows, text(err))
	here, err := user.GetAccounts((&utilities.FilterBuilder{}).Eq("institution.id", os.Getenv("INSTITUTION")))
	ids := []string{}
	for _, row := range here.Data {
		ids = append(ids, row.Id)
	}
	recorder.Call("filter accounts", ids, text(err))
	first := rows[0][0]
	account, err := user.GetAccount(first)
	recorder.Call("get account", []string{account.Id, account.Balance, account.AvailableFunds}, text(err))
	all, failure := pairs(user.GetTransactions(nil))
	recorder.Call("list transactions", all, failure)
	days := (&utilities.FilterBuilder{}).Eq("account.id", first).Bt("transaction.postDate", os.Getenv("FROM"), os.Getenv("TO"))
	some, failure := pairs(user.GetTransactions(days))
	recorder.Call("filter transactions", some, failure)
	pending, failure := pairs(user.GetTransactions((&utilities.FilterBuilder{}).Eq("transaction.status", "pending")))
	recorder.Call("pending transactions", pending, failure)
	one, err := user.GetTransaction(all[0][0])
	recorder.Call("get transaction", []string{one.Id, one.Amount}, text(err))
}

func change(session *v2.Session, user *v2.User, connection string) {
	service := v2.NewConnectionService(session, user)
	job, err := service.RefreshConnection(connection)
	recorder.Call("refresh connection", job.Id, text(err))
	recorder.Call("refresh connections", nil, text(user.RefreshAllConnections()))
	updated, err := service.UpdateConnection(connection, os.Getenv("PASSWORD"))
	recorder.Call("update connection", updated.Id, text(err))
	err = user.Update(&v2.UserData{Email: os.Getenv("NEW_EMAIL")})
	recorder.Call("update user", map[string]string{"id": user.Id, "email": user.Email, "mobile": user.Mobile}, text(err))
}

func main() {
	log.SetOutput(io.Discard)
	recorder.ReachTheServer()
	session, err := basiq.NewSessionV2(os.Getenv("KEY"))
	recorder.Call("token", "yes", text(err))
	if os.Getenv("PHASE") == "remove" {
		user := session.ForUser(os.Getenv("USER_ID"))
		service := v2.NewConnectionService(session, &user)
		recorder.Call("delete connection", nil, text(service.DeleteConnection(os.Getenv("CONNECTION_ID"))))
		recorder.Call("delete user", nil, text(user.Delete()))
		return
	}
	institutions(session)
	user, err := session.CreateUser(&v2.UserData{Email: os.Getenv("EMAIL"), Mobile: os.Getenv("MOBILE")})
	recorder.Call("create user", map[string]string{"id": user.Id, "email": user.Email, "mobile": user.Mobile}, text(err))
	again, err := v2.NewUserService(session).GetUser(user.Id)
	recorder.Call("get user", map[string]string{"id": again.Id, "email": again.Email, "mobile": again.Mobile}, text(err))
	connection := connect(session, &user)
	connections("list connections", &user, nil)
	connections("filter connections", &user, (&utilities.FilterBuilder{}).Eq("connection.status", "active"))
	money(&user)
	change(session, &user, connection)
}
