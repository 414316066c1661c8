package conform

import (
	"context"
	"slices"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

func errorCases(*subject) []testCase {
	return []testCase{
		{"settings that do not fit are refused, each of them", misfitRefused},
		{"no error is unclassified", errorsClassified},
		{"actions end in the kinds that they list", kindsListed},
		{"errors say what happened and what to do", errorsHelp},
		{"errors say whether to try again, and when", errorsRetry},
		{"errors say whose they are and what was done", errorsAttributed},
		{"an error of a read says of nothing that it was applied", readsApplyNothing},
	}
}

// anywhere are the kinds that an action may end in without listing them.
var anywhere = append([]plugin.Kind{plugin.Canceled, plugin.Deadline, plugin.InvalidConfig, plugin.UnknownName, plugin.TooLarge}, byHost...)

// each runs f for every error of the connector for which no case has failed
// yet, and returns what f says of them.
func (s *subject) each(advice string, f func(*failure) string) error {
	var wrong findings
	count := 0
	for _, failed := range s.seen.unjudged() {
		if slices.Contains(byHost, failed.err.Kind) {
			continue
		}
		count++
		finding := f(failed)
		if finding == "" {
			continue
		}
		failed.judged = true
		wrong.once("%s %s: %s", failed.call, finding, say(failed.err))
	}
	if count == 0 {
		return notRun("no call ended in an error")
	}
	return wrong.fault(advice)
}

func errorsClassified(_ context.Context, s *subject) error {
	return s.each("Return a *plugin.Error whose Kind says what an engine should do. A plain error counts as internal, which is a defect to report.",
		func(f *failure) string {
			switch f.err.Kind {
			case plugin.Unknown:
				return "gave an error without a kind"
			case plugin.Internal:
				return "gave an error that counts as a defect"
			}
			return ""
		})
}

func kindsListed(_ context.Context, s *subject) error {
	return s.each("Add the kind to the action's ErrorKinds, or return another one: engines plan by the list.", func(f *failure) string {
		spec := s.desc.Action(f.call)
		if spec == nil || slices.Contains(anywhere, f.err.Kind) || slices.Contains(spec.ErrorKinds, f.err.Kind) {
			return ""
		}
		return "ended in a kind that it does not list"
	})
}

func errorsHelp(_ context.Context, s *subject) error {
	return s.each("Message is one plain sentence for the person who built the workflow, Hint what that person can do next.", func(f *failure) string {
		switch e := f.err; {
		case strings.TrimSpace(e.Message) == "":
			return "gave an error without a message"
		case strings.Contains(e.Message, "\n"):
			return "gave a message of several lines, which belong into Detail"
		case strings.TrimSpace(e.Hint) == "" && !slices.Contains([]plugin.Kind{plugin.Canceled, plugin.Deadline}, e.Kind):
			return "gave an error without a hint"
		}
		return ""
	})
}

// final are the kinds that no repetition cures.
var final = []plugin.Kind{
	plugin.InvalidInput, plugin.InvalidConfig, plugin.Reauthorize, plugin.Forbidden, plugin.NotFound, plugin.Conflict,
	plugin.VersionRetired, plugin.BadUpstream, plugin.TooLarge, plugin.Internal, plugin.UnknownName,
}

func errorsRetry(_ context.Context, s *subject) error {
	return s.each("Set Retryable only where the same call may succeed later without a person, and RetryAt for a quota or a rate limit.", func(f *failure) string {
		switch e := f.err; {
		case e.Retryable && slices.Contains(final, e.Kind):
			return "calls an error retryable that no repetition cures"
		case (e.Kind == plugin.QuotaExhausted || e.Kind == plugin.RateLimited) && e.RetryAt == nil:
			return "gave a limit without RetryAt"
		}
		return ""
	})
}

func errorsAttributed(_ context.Context, s *subject) error {
	sources := []plugin.Source{plugin.SourceUser, plugin.SourceUpstream, plugin.SourceConnector, plugin.SourceHost, plugin.SourceCaller}
	effects := []plugin.Effect{"", plugin.EffectNone, plugin.EffectUnknown, plugin.EffectApplied}
	return s.each("Source is user, upstream, connector, host or caller; Effect is none, unknown or applied.", func(f *failure) string {
		switch e := f.err; {
		case !slices.Contains(sources, e.Source):
			return "gave an error whose source is none of the words"
		case !slices.Contains(effects, e.Effect):
			return "gave an error whose effect is none of the words"
		case e.Pointer != "" && !strings.HasPrefix(e.Pointer, "/"):
			return "gave a pointer that does not begin with a slash"
		}
		return ""
	})
}
