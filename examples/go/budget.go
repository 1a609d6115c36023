// Package budget is the program under test: how much of a person's money went out in a month. It knows the protocol, and nothing of the sandbox.
package budget

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
)

// ErrBankAway means that the service could not be asked; try again later.
var ErrBankAway = errors.New("the bank is away")

// Call makes one request and reads its answer into value; the code of the first refusal is the error's text.
func Call(method, address, authorization string, body string, value any) error {
	request, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", authorization)
	request.Header.Set("basiq-version", "3.0")
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusServiceUnavailable {
		return ErrBankAway
	}
	if answer.StatusCode >= 400 {
		var refused struct{ Data []struct{ Code string } }
		if err := json.NewDecoder(answer.Body).Decode(&refused); err != nil || len(refused.Data) == 0 {
			return fmt.Errorf("%d", answer.StatusCode)
		}
		return errors.New(refused.Data[0].Code)
	}
	return json.NewDecoder(answer.Body).Decode(value)
}

// Token is a bearer token as its header.
func Token(server, key string) (string, error) {
	var token struct {
		Value string `json:"access_token"`
	}
	err := Call("POST", server+"/token", "Basic "+key, "", &token)
	return "Bearer " + token.Value, err
}

// Spent is the sum of all posted debits of a month such as "2026-02".
func Spent(server, bearer, userID, month string) (*big.Rat, error) {
	filter := url.QueryEscape("transaction.direction.eq('debit'),transaction.status.eq('posted')")
	total, next := new(big.Rat), server+"/users/"+userID+"/transactions?filter="+filter
	for next != "" {
		var page struct {
			Data []struct {
				Amount, PostDate string
			}
			Links struct{ Next string }
		}
		if err := Call("GET", next, bearer, "", &page); err != nil {
			return nil, err
		}
		for _, row := range page.Data {
			if amount, ok := new(big.Rat).SetString(row.Amount); ok && strings.HasPrefix(row.PostDate, month) {
				total.Sub(total, amount)
			}
		}
		next = page.Links.Next
	}
	return total, nil
}
