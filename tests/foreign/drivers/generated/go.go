// openapi-generator, Go: a user made, read, and one that is not there.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"walk/openapi"
)

func main() {
	configuration := openapi.NewConfiguration()
	configuration.Servers = openapi.ServerConfigurations{{URL: os.Getenv("SERVER")}}
	configuration.AddDefaultHeader("Authorization", "Bearer "+os.Getenv("TOKEN"))
	api, ctx := openapi.NewAPIClient(configuration), context.Background()

	details := openapi.NewUserDetails()
	details.SetEmail(os.Getenv("EMAIL"))
	made, _, err := api.UsersAPI.CreateUser(ctx).UserDetails(*details).Execute()
	check(err)
	read, _, err := api.UsersAPI.GetUser(ctx, made.Id).Execute()
	check(err)
	_, _, err = api.UsersAPI.GetUser(ctx, os.Getenv("NO_ONE")).Execute()
	refused, ok := err.(*openapi.GenericOpenAPIError)
	if !ok {
		panic(fmt.Sprintf("no refusal: %v", err))
	}
	envelope := refused.Model().(openapi.NotFoundError)
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{"id": made.Id, "email": read.GetEmail(), "refused": envelope.Data[0].Code}))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
