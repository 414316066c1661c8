package connector

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/linkstep/linkstep/plugin"
)

// readSettings decodes and checks a connection's settings. What does not fit
// is an error of kind InvalidConfig with every violation in it.
func readSettings(conn *plugin.Connection) (*Settings, error) {
	s := defaultSettings()
	violations := s.decode(conn.Settings)
	for _, name := range slices.Sorted(maps.Keys(conn.Secrets)) {
		if name != "client_secret" {
			violations = append(violations, plugin.Violation{Pointer: "/" + escapePointer(name), Message: "there is no such secret setting"})
		}
	}
	s.complete()
	s.ClientSecret = conn.Secrets["client_secret"]
	if len(violations) == 0 {
		violations = s.check(conn.Dev)
	}
	if len(violations) == 0 {
		return s, nil
	}
	e := &plugin.Error{
		Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Effect: plugin.EffectNone,
		Message: "the settings do not fit: " + violations[0].Message,
		Hint:    "See the settings with: linkstep describe linkedin",
		Pointer: violations[0].Pointer, Violations: violations,
	}
	if n := len(violations) - 1; n > 0 {
		e.Message += fmt.Sprintf(" (and %d more)", n)
	}
	if slices.ContainsFunc(violations, func(v plugin.Violation) bool { return v.Message == foreignHost }) {
		e.Hint = "Only a connection that is made with --dev may use hosts other than LinkedIn's."
	}
	return nil, e
}

// decode reads settings over the defaults.
func (s *Settings) decode(raw json.RawMessage) []plugin.Violation {
	if len(raw) == 0 {
		return nil
	}
	search := json.RawMessage(nil)
	violations := decodeObject("", raw, map[string]any{
		"flow": &s.Flow, "client_id": &s.ClientID, "redirect_url": &s.RedirectURL, "scopes": &s.Scopes,
		"api_version": &s.APIVersion, "api_url": &s.APIURL, "auth_url": &s.AuthURL,
		"timeout_seconds": &s.Timeout, "max_retries": &s.MaxRetries, "refresh_at_percent": &s.RefreshAt,
		"batch_size": &s.BatchSize, "reserve_percent": &s.Reserve, "limits": &s.Limits,
		"search": &search,
	})
	if search == nil {
		return violations
	}
	params := json.RawMessage(nil)
	violations = append(violations, decodeObject("/search", search, map[string]any{
		"strategy": &s.Search.Strategy, "path": &s.Search.Path, "finder": &s.Search.Finder,
		"organization": &s.Search.Organization, "window": &s.Search.Window, "params": &params,
	})...)
	if params == nil {
		return violations
	}
	p := &s.Search.Params
	return append(violations, decodeObject("/search/params", params, map[string]any{
		"keywords": &p.Keywords, "first_name": &p.FirstName, "last_name": &p.LastName,
		"company": &p.Company, "title": &p.Title, "school": &p.School,
	})...)
}

// decodeObject reads each member of an object where fields says, and reports
// all that do not fit.
func decodeObject(pointer string, raw json.RawMessage, fields map[string]any) []plugin.Violation {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return []plugin.Violation{{Pointer: pointer, Message: "a JSON object is needed"}}
	}
	var violations []plugin.Violation
	for _, name := range slices.Sorted(maps.Keys(members)) {
		at := pointer + "/" + escapePointer(name)
		field, known := fields[name]
		switch {
		case !known && at == "/client_secret":
			violations = append(violations, plugin.Violation{Pointer: at, Message: "the client secret must be given as a secret, not among the settings"})
		case !known:
			violations = append(violations, plugin.Violation{Pointer: at, Message: "there is no such setting"})
		default:
			if err := json.Unmarshal(members[name], field); err != nil {
				violations = append(violations, plugin.Violation{Pointer: at, Message: wrongType(err)})
			}
		}
	}
	return violations
}

// wrongType words an error of encoding/json for a person.
func wrongType(err error) string {
	var mismatch *json.UnmarshalTypeError
	if !errors.As(err, &mismatch) {
		return "the value is no JSON"
	}
	return fmt.Sprintf("%s does not fit here", mismatch.Value)
}
