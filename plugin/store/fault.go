package store

import (
	"context"
	"errors"

	"github.com/linkstep/linkstep/plugin"
)

// What the package itself finds wrong, to be worded by fault.
var (
	errClosed  = errors.New("the store is closed")
	errDamaged = errors.New("the file does not fit its own header")
	errBusy    = errors.New("the write lock was not given back in time")
)

// fault turns whatever went wrong with a database into an [*plugin.Error].
// Causes are told apart by the wording of its engine and nowhere else.
func fault(err error, wording func() (message, hint string)) error {
	var known *plugin.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		ended := plugin.AsError(err)
		ended.Effect = plugin.EffectNone
		return ended
	}
	message, hint := wording()
	return &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost,
		Message: message, Hint: hint, Detail: err.Error(), Err: err}
}
