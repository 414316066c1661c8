package conform_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/conform"
)

// describing breaks a description.
func describing(change func(d *plugin.Description)) func(*notes) plugin.Connector {
	return func(good *notes) plugin.Connector { return &faulty{Connector: good, describe: change} }
}

// rewriting replaces text in one of an action's schemas, or in the settings'.
func rewriting(schema func(d *plugin.Description) *json.RawMessage, old, new string) func(*notes) plugin.Connector {
	return describing(func(d *plugin.Description) {
		s := schema(d)
		text := strings.Replace(string(*s), old, new, 1)
		if text == string(*s) {
			panic("the schema does not hold " + old)
		}
		*s = json.RawMessage(text)
	})
}

func config(d *plugin.Description) *json.RawMessage      { return &d.ConfigSchema }
func getInput(d *plugin.Description) *json.RawMessage    { return &d.Actions[0].Input }
func getOutput(d *plugin.Description) *json.RawMessage   { return &d.Actions[0].Output }
func listInputOf(d *plugin.Description) *json.RawMessage { return &d.Actions[1].Input }

// brokenDescriptions need no connection to be found, which saves time.
func brokenDescriptions() []broken {
	list := []broken{
		{
			name:   "no-name",
			build:  describing(func(d *plugin.Description) { d.Name = "My Notes" }),
			failed: "describe: it can be loaded", why: `calls itself "My Notes"`,
		}, {
			name:   "says nothing of itself",
			build:  describing(func(d *plugin.Description) { d.Summary = " " }),
			failed: "describe: it says what it is", why: "no summary",
		}, {
			name:   "version with a v",
			build:  describing(func(d *plugin.Description) { d.Version = "v1.2" }),
			failed: "describe: its version is a semantic version", why: `version is "v1.2"`,
		}, {
			name:   "another protocol",
			build:  describing(func(d *plugin.Description) { d.Protocol = 7 }),
			failed: "describe: it was built with this protocol", why: "protocol 7",
		}, {
			name:   "an invented capability",
			build:  describing(func(d *plugin.Description) { d.Capabilities = append(d.Capabilities, "teleport") }),
			failed: "describe: it lists only capabilities that there are", why: `no capability "teleport"`,
		}, {
			name: "describes itself by the clock", way: "file",
			build: describing(func(d *plugin.Description) {
				d.About.Keywords = []string{fmt.Sprint("started ", os.Getpid(), time.Now().UnixNano())}
			}),
			failed: "describe: it describes itself in the same way each time", why: "differently at /about/keywords/0",
		}, {
			name:   "two actions of a name",
			build:  describing(func(d *plugin.Description) { d.Actions = append(d.Actions, d.Actions[0]) }),
			failed: "describe: its actions are named and explained", why: "two actions get_note",
		}, {
			name:   "a read that may not be repeated",
			build:  describing(func(d *plugin.Description) { d.Actions[0].Idempotent = false }),
			failed: "describe: an action's effect and its promises agree", why: "get_note reads, but is not idempotent",
		}, {
			name:   "an action without error kinds",
			build:  describing(func(d *plugin.Description) { d.Actions[2].ErrorKinds = nil }),
			failed: "describe: each action lists its error kinds", why: "add_note lists no error kinds",
		}, {
			name:   "pages without a cursor",
			build:  rewriting(listInputOf, `"max_calls"`, `"most_calls"`),
			failed: "describe: an action that pages has the fields for it", why: "no max_calls",
		}, {
			name:   "a type that there is not",
			build:  rewriting(getOutput, `{"type": "string"`, `{"type": "text"`),
			failed: "describe: its schemas are JSON Schema 2020-12", why: "get_note.output",
		}, {
			name:   "an input that takes anything",
			build:  rewriting(getInput, `"additionalProperties": false, `, ``),
			failed: "describe: inputs and settings are closed objects, outputs open ones", why: "get_note.input is open",
		}, {
			name:   "a field without a description",
			build:  rewriting(getInput, `"description": "Of the note.", `, ``),
			failed: "describe: each property is explained", why: "get_note.input at /id has no description",
		}, {
			name:   "a text without an end",
			build:  rewriting(config, `"maxLength": 80, `, ``),
			failed: "describe: each property of an input or a setting is bounded", why: "config at /client_secret has no maxLength",
		}, {
			name:   "a default out of bounds",
			build:  rewriting(listInputOf, `"default": 10`, `"default": 1000`),
			failed: "describe: defaults and examples of properties fit", why: "list_notes.input at /max_calls: the default does not fit",
		}, {
			name:   "an example that cannot be run",
			build:  describing(func(d *plugin.Description) { d.Actions[0].Examples[0].Output = json.RawMessage(`{"id": "one"}`) }),
			failed: "describe: examples of actions fit their schemas", why: "the output of example 1 of get_note",
		}, {
			name:   "a secret that is stored openly",
			build:  rewriting(config, `"writeOnly": true, `, ``),
			failed: "describe: settings that are secret are writeOnly", why: "/client_secret",
		}, {
			name:   "a login over http",
			build:  describing(func(d *plugin.Description) { d.Auth.TokenURL = "http://notes.example/token" }),
			failed: "describe: its way of logging in is described", why: "token_url",
		},
	}
	for i := range list {
		list[i].opts = func(opts *conform.Options) { opts.Settings = nil }
	}
	return list
}
