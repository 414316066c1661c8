package conform

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

// misfits is how many settings are made not to fit at once.
const misfits = 2

// misfitRefused connects with settings of the right types that are outside
// their bounds, which a connector must see without a host.
func misfitRefused(ctx context.Context, s *subject) error {
	if s.stranger == nil {
		return s.strange
	}
	settings, pointers := s.misfit()
	if len(pointers) == 0 {
		return notRun("no setting has a bound that can be crossed")
	}
	conn := s.connection("misfit", settings, s.stranger.Secrets)
	const advice = "Check the settings in Connect, all of them, and return one invalid_config with a violation for each that does not fit."
	_, err := s.check(ctx, conn)
	if err := s.wantKind(err, "connecting with settings that do not fit ("+strings.Join(pointers, ", ")+")", advice, plugin.InvalidConfig); err != nil {
		return err
	}
	told := []string{plugin.AsError(err).Pointer}
	for _, v := range plugin.AsError(err).Violations {
		told = append(told, v.Pointer)
	}
	for _, p := range pointers {
		if !slices.Contains(told, p) {
			s.seen.judged(err)
			return faultf(advice, "the setting %s does not fit, and the error does not point to it: %s", p, say(err))
		}
	}
	return nil
}

// misfit returns settings some of which do not fit, and pointers to those.
func (s *subject) misfit() (json.RawMessage, []string) {
	config := s.schemas["config"]
	if config == nil {
		return nil, nil
	}
	doc := fields(s.stranger.Settings)
	var pointers []string
	for _, name := range slices.Sorted(maps.Keys(object(config.doc["properties"]))) {
		p := config.property(name)
		if p["writeOnly"] == true || secretName.MatchString(name) || len(pointers) == misfits {
			continue
		}
		if beyond := beyond(p); beyond != nil {
			doc[name] = beyond
			pointers = append(pointers, "/"+name)
		}
	}
	settings, err := json.Marshal(doc)
	if err != nil || s.fits(settings, s.stranger.Secrets) == nil {
		return nil, nil
	}
	return settings, pointers
}

// beyond returns a value of the right type that is outside the bounds of a
// property, nil when there are none.
func beyond(schema map[string]any) json.RawMessage {
	switch {
	case slices.Equal(types(schema), []string{"string"}):
		if most, ok := number(schema, "maxLength"); ok && most < 10_000 && !has(schema, "format") {
			return json.RawMessage(`"` + strings.Repeat("x", int(most)+1) + `"`)
		}
	case slices.Equal(types(schema), []string{"integer"}):
		if most, ok := number(schema, "maximum"); ok {
			text, err := json.Marshal(most + 1)
			if err == nil {
				return text
			}
		}
	}
	return nil
}
