package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// settings are a connection's settings on their way from the command line:
// all of them in one document, secrets included.
type settings map[string]any

// settingsMax bounds a settings file: 1 MiB.
const settingsMax = 1 << 20

// take takes over the settings of a connection, secrets included.
func (s settings) take(conn *host.Connection) error {
	if len(conn.Settings) > 0 {
		if err := json.Unmarshal(conn.Settings, &s); err != nil {
			return fmt.Errorf("the settings of the connection %s: %w", conn.Name, err)
		}
	}
	for name, secret := range conn.Secrets {
		s[name] = secret.Reveal()
	}
	return nil
}

// read reads a settings file, a JSON object, over what there is.
func (s settings) read(ctx context.Context, path string) error {
	doc, err := await(ctx, func() ([]byte, error) { return readSettings(path) })
	if err != nil {
		return err
	}
	if err := json.Unmarshal(doc, &s); err != nil {
		return settingsError(path, "is no JSON object", `Write it like {"client_id": "78abc", "client_secret": "..."}.`, err)
	}
	return nil
}

// readSettings reads a settings file. One that others may read is refused, as
// it may hold the client secret.
func readSettings(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, settingsError(path, "cannot be read", "Check the path and its permissions.", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, settingsError(path, "cannot be read", "Check the path and its permissions.", err)
	}
	if info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		return nil, settingsError(path, "can be read by others", "Run: chmod 600 "+path, nil)
	}
	doc, err := io.ReadAll(io.LimitReader(f, settingsMax+1))
	if err != nil {
		return nil, settingsError(path, "cannot be read", "Check the path and its permissions.", err)
	}
	if len(doc) > settingsMax {
		return nil, settingsError(path, "is over 1 MiB", "Name a file with one JSON object.", nil)
	}
	return doc, nil
}

func settingsError(path, what, hint string, err error) error {
	e := &plugin.Error{
		Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Effect: plugin.EffectNone, Err: err,
		Message: "the settings file " + path + " " + what, Hint: hint,
	}
	if err != nil {
		e.Message += ": " + cause(err)
	}
	return e
}

// cause returns the innermost reason of an error of the file system or of JSON
// that is another kind of value, or the error's own words.
func cause(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	var mistyped *json.UnmarshalTypeError
	if errors.As(err, &mistyped) {
		return mistypedWords(mistyped)
	}
	return err.Error()
}

// set applies key=value pairs. A dotted key reaches into an object. A value
// that is JSON is taken as such where the setting is no text.
func (s settings) set(pairs []string, schema configSchema) error {
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			// It is not repeated: it may be a secret.
			return usagef("--set: write it as name=value, for example client_id=78abc")
		}
		property, known := schema.find(key)
		if property.WriteOnly {
			return usagef("--set %s: a secret does not belong on the command line, where other programs can read it; use --client-secret-stdin or --settings FILE", key)
		}
		var v any = value
		if !known || property.Type != "string" {
			var parsed any
			if json.Unmarshal([]byte(value), &parsed) == nil {
				v = parsed
			}
		}
		path := strings.Split(key, ".")
		object := map[string]any(s)
		for _, name := range path[:len(path)-1] {
			child, ok := object[name].(map[string]any)
			if !ok {
				child = map[string]any{}
				object[name] = child
			}
			object = child
		}
		object[path[len(path)-1]] = v
	}
	return nil
}

// split parts the settings into the document without secrets and the secrets.
func (s settings) split(schema configSchema) (json.RawMessage, map[string]plugin.Secret, error) {
	plain := map[string]any{}
	secrets := map[string]plugin.Secret{}
	for name, value := range s {
		text, isText := value.(string)
		if schema.Properties[name].WriteOnly && isText {
			secrets[name] = plugin.NewSecret(text)
			continue
		}
		plain[name] = value
	}
	doc, err := json.Marshal(plain)
	return doc, secrets, err
}

// configSchema is what is used here of a connector's config schema.
type configSchema struct {
	Type       any                     `json:"type"`
	WriteOnly  bool                    `json:"writeOnly"`
	Properties map[string]configSchema `json:"properties"`
}

// find follows a dotted key.
func (c configSchema) find(key string) (configSchema, bool) {
	for _, name := range strings.Split(key, ".") {
		child, ok := c.Properties[name]
		if !ok {
			return configSchema{}, false
		}
		c = child
	}
	return c, true
}

// secretMax bounds a secret that is read from standard input, in bytes.
const secretMax = 64 << 10

// readSecret reads a secret from standard input, to its end, without the
// white space around it.
func (a *app) readSecret(ctx context.Context, what string) (plugin.Secret, error) {
	doc, err := await(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(a.in, secretMax+1)) })
	switch secret := strings.TrimSpace(string(doc)); {
	case err != nil:
		return plugin.Secret{}, fmt.Errorf("reading the %s from standard input: %w", what, err)
	case !utf8.ValidString(secret):
		return plugin.Secret{}, usagef("the %s on standard input is no text in UTF-8", what)
	case secret == "":
		return plugin.Secret{}, usagef("there is no %s on standard input; pipe it in, for example: linkstep connect ... < secret.txt", what)
	case len(doc) > secretMax:
		return plugin.Secret{}, usagef("the %s on standard input is over 64 KiB", what)
	default:
		return plugin.NewSecret(secret), nil
	}
}

// readTokens reads an access token and, on the next line, a refresh token if
// there is one. Either may stand as it does in a request, after the word Bearer.
func (a *app) readTokens(ctx context.Context) (*plugin.AuthorizeToken, error) {
	secret, err := a.readSecret(ctx, "access token")
	if err != nil {
		return nil, err
	}
	words := strings.Fields(secret.Reveal())
	tokens := slices.DeleteFunc(words, func(word string) bool { return strings.EqualFold(word, "Bearer") })
	if len(tokens) < 1 || len(tokens) > 2 {
		return nil, usagef("standard input has %d words; --access-token-stdin wants the access token on the first line and nothing but the refresh token on the second", len(tokens))
	}
	t := &plugin.AuthorizeToken{AccessToken: plugin.NewSecret(tokens[0])}
	if len(tokens) == 2 {
		t.RefreshToken = plugin.NewSecret(tokens[1])
	}
	return t, nil
}
