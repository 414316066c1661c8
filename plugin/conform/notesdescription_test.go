package conform_test

import (
	"context"
	"encoding/json"

	"github.com/linkstep/linkstep/plugin"
)

func (n *notes) Describe(context.Context, *plugin.DescribeRequest) (*plugin.Description, error) {
	return notesDescription(), nil
}

const notesConfig = `{"type": "object", "additionalProperties": false, "properties": {
	"client_id": {"type": "string", "title": "Client id", "description": "Of your application.", "maxLength": 40, "examples": ["abc"]},
	"client_secret": {"type": "string", "title": "Client secret", "description": "Of your application.", "maxLength": 80, "writeOnly": true, "examples": ["s3cret"]},
	"login_url": {"type": "string", "title": "Login page", "description": "Where people log in.", "maxLength": 200, "format": "uri", "default": "https://notes.example/login"},
	"page_size": {"type": "integer", "title": "Page size", "description": "Notes on a page.", "minimum": 1, "maximum": 50, "default": 10}
}}`

const noteOutput = `{"type": "object", "required": ["id", "title"], "properties": {
	"id": {"type": "integer", "title": "Id", "description": "Of the note."},
	"title": {"type": "string", "title": "Title", "description": "What the note is called."}
}}`

const listInput = `{"type": "object", "additionalProperties": false, "properties": {
	"page_size": {"type": "integer", "title": "Page size", "description": "Notes on a page.", "minimum": 1, "maximum": 5, "default": 2},
	"cursor": {"type": "string", "title": "Cursor", "description": "Where to go on.", "maxLength": 100, "examples": ["Mi4yLjIu"]},
	"max_items": {"type": "integer", "title": "Most notes", "description": "Notes in all.", "minimum": 1, "maximum": 100, "default": 2},
	"max_calls": {"type": "integer", "title": "Most calls", "description": "Calls in all.", "minimum": 1, "maximum": 100, "default": 10}
}}`

const listOutput = `{"type": "object", "required": ["notes"], "properties": {
	"notes": {"type": "array", "title": "Notes", "description": "The notes found.", "items": {"type": "object", "required": ["id"], "properties": {
		"id": {"type": "integer", "title": "Id", "description": "Of the note."}}}},
	"next_cursor": {"type": "string", "title": "Next cursor", "description": "Where to go on; empty after the last."}
}}`

// notesDescription is made anew at each call: nobody changes another's.
func notesDescription() *plugin.Description {
	kinds := []plugin.Kind{plugin.InvalidInput, plugin.Reauthorize, plugin.NotFound, plugin.RateLimited, plugin.Unavailable, plugin.Canceled, plugin.Deadline}
	data := plugin.Data{Subject: plugin.SubjectSelf}
	scopes := [][]string{{"notes"}}
	return &plugin.Description{
		Name: "notes", DisplayName: "Notes", Version: "1.2.3", Protocol: plugin.Protocol, Summary: "Reads and writes notes.",
		About:        plugin.About{Author: "The Linkstep authors"},
		Capabilities: []string{plugin.CapabilityOptions, plugin.CapabilityUsage},
		Auth: &plugin.Auth{
			Type: "oauth2", AuthorizationURL: loginURL, TokenURL: "https://notes.example/token",
			Scopes: []plugin.AuthScope{{Name: "notes", Description: "Read and write your notes."}},
		},
		ConfigSchema: json.RawMessage(notesConfig),
		Actions: []plugin.ActionSpec{{
			Name: "get_note", Version: "1.0.0", Title: "Get a note", Description: "Reads one note.",
			Effect: plugin.EffectRead, Idempotent: true, Access: plugin.AccessOpen, Cost: 1, Scopes: scopes, ErrorKinds: kinds, Data: data,
			Input: json.RawMessage(`{"type": "object", "additionalProperties": false, "required": ["id"], "properties": {
				"id": {"type": "integer", "title": "Id", "description": "Of the note.", "minimum": 1, "maximum": 9223372036854775807, "examples": [1]}}}`),
			Output:   json.RawMessage(noteOutput),
			Examples: []plugin.Example{{Title: "The first note", Input: json.RawMessage(`{"id": 1}`), Output: json.RawMessage(`{"id": 1, "title": "Note 1"}`)}},
		}, {
			Name: "list_notes", Version: "1.0.0", Title: "List notes", Description: "Reads all notes, page by page.",
			Effect: plugin.EffectRead, Idempotent: true, Access: plugin.AccessOpen, Cost: 2, Scopes: scopes, ErrorKinds: kinds, Data: data,
			Input: json.RawMessage(listInput), Output: json.RawMessage(listOutput), Paging: &plugin.Paging{Field: "notes", MaxPageSize: 5},
			Examples: []plugin.Example{{Title: "Three notes", Input: json.RawMessage(`{"page_size": 2, "max_items": 3}`)}},
		}, {
			Name: "add_note", Version: "1.0.0", Title: "Add a note", Description: "Writes a note.",
			Effect: plugin.EffectCreate, Keyed: true, Access: plugin.AccessOpen, Cost: 1, Scopes: scopes, ErrorKinds: kinds, Data: data,
			Input: json.RawMessage(`{"type": "object", "additionalProperties": false, "required": ["title"], "properties": {
				"title": {"type": "string", "title": "Title", "description": "What the note is called.", "maxLength": 100, "examples": ["New"]}}}`),
			Output:   json.RawMessage(noteOutput),
			Examples: []plugin.Example{{Title: "A new note", Input: json.RawMessage(`{"title": "New"}`)}},
		}},
	}
}
