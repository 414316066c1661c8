package conform

import (
	"context"

	"github.com/linkstep/linkstep/plugin"
)

// readsApplyNothing looks at an error of a read behind the host, which corrects
// what a read says of its effect: there the action is none that reads.
func readsApplyNothing(ctx context.Context, s *subject) error {
	if s.stranger == nil {
		return s.strange
	}
	spec, example := s.anyExample()
	if example == nil {
		return notRun("no action that reads has an example")
	}
	return s.behindHost(func(desc *plugin.Description) error {
		for i := range desc.Actions {
			if desc.Actions[i].Name == spec.Name {
				desc.Actions[i].Effect = plugin.EffectUpdate
			}
		}
		_, err := s.invoke(ctx, s.stranger, input(spec.Name, example.Input), nil)
		switch {
		case isVerdict(err):
			return err
		case err == nil:
			return notRun("%s without a login gave no error", spec.Name)
		case plugin.AsError(err).Effect == plugin.EffectApplied:
			s.seen.judged(err)
			return faultf("Set Effect to none in the error of an action that reads: it applies nothing.", "%s reads, and says that an error was applied: %s", spec.Name, say(err))
		}
		return nil
	})
}
