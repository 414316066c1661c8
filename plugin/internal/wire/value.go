package wire

import (
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire/pb"
)

// timeToPB writes a time as nanoseconds since 1970, the zero time as 0.
func timeToPB(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func timeFromPB(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

func timePtrToPB(t *time.Time) int64 {
	if t == nil {
		return 0
	}
	return timeToPB(*t)
}

func timePtrFromPB(ns int64) *time.Time {
	if ns == 0 {
		return nil
	}
	t := timeFromPB(ns)
	return &t
}

// converted is the same number as another type.
func converted[To, From int | int64](n *From) *To {
	if n == nil {
		return nil
	}
	out := To(*n)
	return &out
}

// raw converts between named byte slices, a json.RawMessage and bytes say.
func raw[To, From ~[]byte](in []From) []To {
	var out []To
	for _, b := range in {
		out = append(out, To(b))
	}
	return out
}

func accountToPB(a plugin.Account) *pb.Account {
	return &pb.Account{Id: a.ID, Urn: a.URN, Name: a.Name, Application: a.Application}
}

func accountFromPB(in *pb.Account) plugin.Account {
	return plugin.Account{ID: in.GetId(), URN: in.GetUrn(), Name: in.GetName(), Application: in.GetApplication()}
}

func diagnosticsToPB(ds []plugin.Diagnostic) []*pb.Diagnostic {
	var out []*pb.Diagnostic
	for _, d := range ds {
		out = append(out, &pb.Diagnostic{Severity: string(d.Severity), Pointer: d.Pointer, Message: d.Message, Hint: d.Hint})
	}
	return out
}

func diagnosticsFromPB(in []*pb.Diagnostic) []plugin.Diagnostic {
	var out []plugin.Diagnostic
	for _, d := range in {
		out = append(out, plugin.Diagnostic{Severity: plugin.Severity(d.Severity), Pointer: d.Pointer, Message: d.Message, Hint: d.Hint})
	}
	return out
}

func bucketsToPB(bs []plugin.UsageBucket) []*pb.UsageBucket {
	var out []*pb.UsageBucket
	for _, b := range bs {
		out = append(out, &pb.UsageBucket{
			Endpoint: b.Endpoint, Scope: string(b.Scope), Limit: b.Limit, Used: b.Used,
			Remaining: b.Remaining, ResetsAt: timeToPB(b.ResetsAt), Source: string(b.Source),
			LearnedOn: b.LearnedOn, Refusing: b.Refusing,
		})
	}
	return out
}

func bucketsFromPB(in []*pb.UsageBucket) []plugin.UsageBucket {
	var out []plugin.UsageBucket
	for _, b := range in {
		out = append(out, plugin.UsageBucket{
			Endpoint: b.Endpoint, Scope: plugin.UsageScope(b.Scope), Limit: b.Limit, Used: b.Used,
			Remaining: b.Remaining, ResetsAt: timeFromPB(b.ResetsAt), Source: plugin.LimitSource(b.Source),
			LearnedOn: b.LearnedOn, Refusing: b.Refusing,
		})
	}
	return out
}
