// Package recorder has what the drivers in Go share: the way to the server, and a line of the results for every call.
package recorder

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

type toServer struct{ plain http.RoundTripper }

func (t toServer) RoundTrip(request *http.Request) (*http.Response, error) {
	request.URL.Scheme = "http"
	request.URL.Host = strings.TrimPrefix(os.Getenv("SERVER"), "http://")
	request.Host = ""
	answer, err := t.plain.RoundTrip(request)
	if err == nil {
		body, _ := io.ReadAll(answer.Body)
		answer.Body = io.NopCloser(bytes.NewReader(body))
		last = fmt.Sprintf("the last answer was %d %s", answer.StatusCode, body)
	}
	return answer, err
}

var last string

// ReachTheServer sends to the server what a client sends to the address that is written into it.
func ReachTheServer() { http.DefaultTransport = toServer{http.DefaultTransport} }

// Try makes one call of the client, which says its value and its error, and writes them down. Where the interpreter cannot compare
// the client's error with its type, it panics: then the answer that the client refused is written down.
func Try(name string, act func() (interface{}, string)) {
	defer func() {
		if broken := recover(); broken != nil {
			Call(name, nil, fmt.Sprintf("%v; %.400s", broken, last))
		}
	}()
	value, failure := act()
	Call(name, value, failure)
}

// Call writes down the value of one call of the client, or its error.
func Call(name string, value interface{}, failure string) {
	line := map[string]interface{}{"call": name, "value": value}
	if failure != "" {
		line = map[string]interface{}{"call": name, "error": failure}
	}
	text, _ := json.Marshal(line)
	results, _ := os.OpenFile(os.Getenv("RESULTS"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	defer results.Close()
	results.Write(append(text, '\n'))
}
