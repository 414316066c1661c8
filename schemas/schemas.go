// Package schemas holds the JSON Schemas of the LinkedIn connector, made from
// its Go types by go generate: config.json for a connection's settings, and
// for each action <action>.input.json and <action>.output.json.
// manifest.schema.json is what every connector's manifest.json fits.
//
//	schemas.Read("get_profile.input")
package schemas

import (
	"embed"
	"encoding/json"
)

//go:embed *.json
var files embed.FS

// Read returns the schema of that name, as it stands in its file. It is nil
// when there is none, which only the generator may meet.
func Read(name string) json.RawMessage {
	text, err := files.ReadFile(name + ".json")
	if err != nil {
		return nil
	}
	return text
}
