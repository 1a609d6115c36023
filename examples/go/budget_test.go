package budget

// Run with `bowerbird sandbox run -- go test ./...`, which sets both variables.

import (
	"errors"
	"os"
	"testing"
	"time"
)

var server, key = os.Getenv("BOWERBIRD_URL"), os.Getenv("BOWERBIRD_KEY")

type entity struct{ ID string }

func connected(t *testing.T, bearer, password string) (userID, outcome string) {
	t.Helper()
	var user, job entity
	must(t, Call("POST", server+"/users", bearer, `{"email": "gavin@hooli.com"}`, &user))
	body := `{"loginId": "gavinBelson", "password": "` + password + `", "institution": {"id": "AU00000"}}`
	must(t, Call("POST", server+"/users/"+user.ID+"/connections", bearer, body, &job))
	for {
		var state struct {
			Steps []struct {
				Status string
				Result struct{ Code string }
			}
		}
		must(t, Call("GET", server+"/jobs/"+job.ID, bearer, "", &state))
		done := true
		for _, step := range state.Steps {
			if step.Status == "failed" {
				return user.ID, step.Result.Code
			}
			done = done && step.Status == "success"
		}
		if done {
			return user.ID, "success"
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func token(t *testing.T) string {
	t.Helper()
	bearer, err := Token(server, key)
	must(t, err)
	return bearer
}

func TestMoneyGoesOut(t *testing.T) {
	bearer := token(t)
	userID, outcome := connected(t, bearer, "hooli2016")
	if outcome != "success" {
		t.Fatal(outcome)
	}
	spent, err := Spent(server, bearer, userID, time.Now().AddDate(0, 0, -31).Format("2006-01"))
	must(t, err)
	if spent.Sign() <= 0 {
		t.Fatalf("spent %v", spent)
	}
	must(t, Call("POST", server+"/_bowerbird/faults", bearer, `{"code": "service-unavailable", "operation": "listTransactions", "times": 1}`, &entity{}))
	if _, err := Spent(server, bearer, userID, "1999-01"); !errors.Is(err, ErrBankAway) {
		t.Fatalf("the bank is away, and the program says %v", err)
	}
}

func TestAWrongPassword(t *testing.T) {
	if _, outcome := connected(t, token(t), "wrong"); outcome != "invalid-credentials" {
		t.Fatal(outcome)
	}
}
