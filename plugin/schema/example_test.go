package schema_test

import (
	"fmt"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/schema"
)

// GreetInput is what the action greet takes.
type GreetInput struct {
	Name string `json:"name" jsonschema:"title=Name,description=Whom to greet.,minLength=1,maxLength=100,example=Ada"`
}

// Greeting is what it gives.
type Greeting struct {
	Text string `json:"text" jsonschema:"title=Text,description=The greeting.,maxLength=200,example=Hello\\, Ada!"`
}

// What a generator does with the description of a connector.
func Example() {
	d := &plugin.Description{Name: "hello", DisplayName: "Hello", Actions: []plugin.ActionSpec{
		{Name: "greet", Title: "Greet", Description: "Greets a person by name."},
	}}
	types := &schema.Types{Actions: map[string]schema.Pair{"greet": {Input: GreetInput{}, Output: Greeting{}}}}
	if err := types.Fill(d); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s", schema.Files(d)["greet.input.json"])
	// Output:
	// {
	//   "$schema": "https://json-schema.org/draft/2020-12/schema",
	//   "properties": {
	//     "name": {
	//       "type": "string",
	//       "maxLength": 100,
	//       "minLength": 1,
	//       "title": "Name",
	//       "description": "Whom to greet.",
	//       "examples": [
	//         "Ada"
	//       ]
	//     }
	//   },
	//   "additionalProperties": false,
	//   "type": "object",
	//   "required": [
	//     "name"
	//   ],
	//   "title": "Greet",
	//   "description": "Greets a person by name."
	// }
}
