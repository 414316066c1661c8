package plugintest

import (
	"encoding/json"

	"github.com/linkstep/linkstep/plugin"
)

const configSchema = `{"type":"object","additionalProperties":false,"required":["token"],"properties":{
	"token":{"type":"string","title":"Token","description":"A secret.","writeOnly":true,"minLength":8},
	"other_token":{"type":"string","title":"Other token","description":"A secret.","writeOnly":true},
	"refuse":{"type":"boolean","title":"Refuse","description":"The connector refuses the connection."},
	"region":{"type":"string","title":"Region","description":"Where.","enum":["eu","us"],"default":"eu"}}}`

const openSchema = `{"type":"object"}`

// EchoSchema is the input schema of the action echo: one of every rule that a
// form knows.
const EchoSchema = `{"type":"object","additionalProperties":false,"required":["text"],"properties":{
	"text":{"type":"string","minLength":1,"maxLength":10,"pattern":"^[a-z ]*$","examples":["a word"]},
	"count":{"type":"integer","minimum":1,"maximum":25},
	"ratio":{"type":"number","minimum":0.25,"maximum":0.75},
	"share":{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1},
	"step":{"type":"integer","multipleOf":5},
	"color":{"enum":["red","green"]},
	"always":{"const":true},
	"ids":{"type":"array","items":{"type":"string","minLength":2},"minItems":1,"maxItems":3,"uniqueItems":true},
	"mail":{"type":"string","format":"email","examples":["ada@example.test"]},
	"address":{"type":"object","additionalProperties":false,"required":["city"],"properties":{"city":{"type":"string"},"street/no":{"type":"string"}}},
	"either":{"type":["string","null"]}}}`

const pagesSchema = `{"type":"object","additionalProperties":false,"properties":{
	"total":{"type":"integer"},"page_size":{"type":"integer","default":10},"crash_after":{"type":"integer"},"fail_after":{"type":"integer"}}}`

// actionSpecs describes the actions of the connector.
func actionSpecs() []plugin.ActionSpec {
	spec := func(name, input string, effect plugin.ActionEffect) plugin.ActionSpec {
		return plugin.ActionSpec{
			Name: name, Version: "1", Title: name, Description: "For tests: " + name + ".", Effect: effect, Access: plugin.AccessOpen,
			Input: json.RawMessage(input), Output: json.RawMessage(openSchema), ErrorKinds: plugin.Kinds(),
			Data: plugin.Data{Subject: plugin.SubjectNone},
		}
	}
	echo := spec("echo", EchoSchema, plugin.EffectRead)
	echo.Examples = []plugin.Example{{Title: "A word", Input: json.RawMessage(`{"text":"hello"}`)}}
	pages := spec("pages", pagesSchema, plugin.EffectRead)
	pages.Paging = &plugin.Paging{Field: "people", MaxPageSize: 25}
	idempotent := spec("crash_idempotent", openSchema, plugin.EffectUpdate)
	idempotent.Idempotent = true
	keyed := spec("crash_keyed", openSchema, plugin.EffectCreate)
	keyed.Keyed = true
	broken := spec("broken_schema", `{"type":"objekt"}`, plugin.EffectRead)
	specs := []plugin.ActionSpec{echo, pages, idempotent, keyed, broken}
	for _, name := range []string{"events", "fail", "panic", "wait", "store", "span", "secrets", "environ", "memory", "crash", "noise", "big", "log", "output"} {
		specs = append(specs, spec(name, openSchema, plugin.EffectRead))
	}
	for _, name := range []string{"crash_write", "fail_write", "big_write", "wait_write", "slow_write", "log_write"} {
		specs = append(specs, spec(name, openSchema, plugin.EffectCreate))
	}
	return specs
}
