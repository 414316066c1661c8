package wire

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire/pb"
)

// errorToPB turns any error into the message that carries it.
func errorToPB(err error) *pb.Error {
	e := plugin.AsError(err)
	out := &pb.Error{
		Kind:       e.Kind.String(),
		Source:     string(e.Source),
		Message:    e.Message,
		Hint:       e.Hint,
		Detail:     e.Detail,
		Pointer:    e.Pointer,
		HttpStatus: int32(e.HTTPStatus),
		VendorCode: e.VendorCode,
		RequestId:  e.RequestID,
		Retryable:  e.Retryable,
		RetryAt:    timePtrToPB(e.RetryAt),
		Effect:     string(e.Effect),
		DocsUrl:    e.DocsURL,
	}
	if e.Meta != nil {
		out.Meta = metaToPB(e.Meta)
	}
	for _, v := range e.Violations {
		out.Violations = append(out.Violations, &pb.Violation{Pointer: v.Pointer, Message: v.Message})
	}
	return out
}

// errorFromPB is the reverse. A kind that this side does not know, of a newer
// peer, becomes Unknown and keeps its word in the detail.
func errorFromPB(in *pb.Error) *plugin.Error {
	e := &plugin.Error{
		Source:     plugin.Source(in.Source),
		Message:    in.Message,
		Hint:       in.Hint,
		Detail:     in.Detail,
		Pointer:    in.Pointer,
		HTTPStatus: int(in.HttpStatus),
		VendorCode: in.VendorCode,
		RequestID:  in.RequestId,
		Retryable:  in.Retryable,
		RetryAt:    timePtrFromPB(in.RetryAt),
		Effect:     plugin.Effect(in.Effect),
		DocsURL:    in.DocsUrl,
	}
	if err := e.Kind.UnmarshalText([]byte(in.Kind)); err != nil {
		e.Detail = err.Error() + "; " + e.Detail
	}
	if in.Meta != nil {
		meta := metaFromPB(in.Meta)
		e.Meta = &meta
	}
	for _, v := range in.Violations {
		e.Violations = append(e.Violations, plugin.Violation{Pointer: v.Pointer, Message: v.Message})
	}
	return e
}

// answer is any response message.
type answer interface{ GetError() *pb.Error }

// failure returns the error of a call: what its answer says, or what became
// of the transport.
func failure(ctx context.Context, out answer, err error) error {
	if err != nil {
		return transportError(ctx, err)
	}
	if e := out.GetError(); e != nil {
		return errorFromPB(e)
	}
	return nil
}

// TooLarge is the error for a message over [MaxMessageBytes].
func TooLarge(effect plugin.Effect) *plugin.Error {
	return &plugin.Error{
		Kind: plugin.TooLarge, Source: plugin.SourceUser, Effect: effect,
		Message: "a message between host and plugin is over 16 MiB",
		Hint:    "Ask for less at once: a smaller page, fewer ids or fewer fields.",
	}
}

// emitError says why an event was not sent. Where it is not the event's own
// fault, nobody is there to take it any more, and gRPC may know of that
// before ctx does.
func emitError(ctx context.Context, err error) error {
	switch status.Code(err) {
	case codes.Canceled, codes.Unavailable:
		return plugin.AsError(errors.Join(context.Canceled, err))
	}
	return transportError(ctx, err)
}

// transportError turns a gRPC status into a plugin.Error. A broken transport
// is PluginCrashed: only the process at the other end can break it. Whoever
// supervises that process knows more and may say it better.
func transportError(ctx context.Context, err error) error {
	if ctxErr := ctx.Err(); ctxErr != nil {
		return plugin.AsError(ctxErr)
	}
	e := &plugin.Error{Source: plugin.SourceHost, Effect: plugin.EffectUnknown}
	switch status.Code(err) {
	case codes.DeadlineExceeded:
		return plugin.AsError(errors.Join(context.DeadlineExceeded, err))
	case codes.ResourceExhausted:
		e = TooLarge(plugin.EffectUnknown)
	case codes.Unimplemented:
		e.Kind, e.Effect = plugin.PluginIncompatible, plugin.EffectNone
		e.Message = "the plugin does not know this call"
		e.Hint = "Install a version of the plugin that fits this host."
	case codes.Aborted:
		e.Kind, e.Effect, e.Retryable = plugin.PluginCrashed, plugin.EffectNone, true
		e.Message = "the plugin is ending and takes no calls any more"
		e.Hint = "Run the step again; the host starts the plugin anew."
		err = errors.Join(ErrEnding, err)
	case codes.Unavailable, codes.Canceled: // the latter: this side closed the connection under the call
		e.Kind, e.Retryable = plugin.PluginCrashed, true
		e.Message = "the plugin went away during the call"
		e.Hint = "Run the step again; the host starts the plugin anew."
	default:
		e.Kind = plugin.Internal
		e.Message = "the call to the plugin failed in transit"
		e.Hint = "This is a defect. Report it with the detail."
	}
	e.Err, e.Detail = err, err.Error()
	return e
}
