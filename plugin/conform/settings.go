package conform

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

// newCanary returns a made-up secret, which can be looked for.
func newCanary() string { return "conform-" + rand.Text() }

// secretSettings returns the names of the writeOnly settings, sorted.
func (s *subject) secretSettings() []string {
	config := s.schemas["config"]
	if config == nil {
		return nil
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(object(config.doc["properties"]))) {
		if object(object(config.doc["properties"])[name])["writeOnly"] == true {
			names = append(names, name)
		}
	}
	return names
}

// splitSettings parts the settings given into the document without secrets and
// the secrets. Without settings both are empty.
func (s *subject) splitSettings() (json.RawMessage, map[string]plugin.Secret, error) {
	secrets := map[string]plugin.Secret{}
	maps.Copy(secrets, s.opts.Secrets)
	plain := map[string]json.RawMessage{}
	if s.opts.Settings != nil {
		if err := json.Unmarshal(s.opts.Settings, &plain); err != nil {
			return nil, nil, fmt.Errorf("the settings: %w", err)
		}
	}
	for _, name := range s.secretSettings() {
		var text string
		if raw, ok := plain[name]; ok && json.Unmarshal(raw, &text) == nil {
			secrets[name] = plugin.NewSecret(text)
			delete(plain, name)
		}
	}
	doc, err := json.Marshal(plain)
	return doc, secrets, err
}

// fits checks settings and secrets together against the config schema.
func (s *subject) fits(plain json.RawMessage, secrets map[string]plugin.Secret) error {
	whole := map[string]json.RawMessage{}
	if err := json.Unmarshal(plain, &whole); err != nil {
		return err
	}
	for name, secret := range secrets {
		text, err := json.Marshal(secret.Reveal())
		if err != nil {
			return err
		}
		whole[name] = text
	}
	doc, err := json.Marshal(whole)
	if err != nil {
		return err
	}
	err = s.plugin.ValidateSettings(doc)
	if e := plugin.AsError(err); e != nil && s.src.Kind == "file" && strings.HasPrefix(e.Hint, "See the settings with: ") {
		named := *e
		named.Hint += " --plugin " + s.src.Path
		return &named
	}
	return err
}
