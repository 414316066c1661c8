package wire

import (
	"encoding/json"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire/pb"
)

func invokeToPB(r *plugin.InvokeRequest) *pb.InvokeRequest {
	return &pb.InvokeRequest{
		Connection: r.Connection, Action: r.Action, Input: r.Input, IdempotencyKey: r.IdempotencyKey,
		TraceParent: r.TraceParent, Priority: string(r.Priority), Purpose: r.Purpose,
	}
}

func invokeFromPB(in *pb.InvokeRequest) *plugin.InvokeRequest {
	return &plugin.InvokeRequest{
		Connection: in.Connection, Action: in.Action, Input: in.Input, IdempotencyKey: in.IdempotencyKey,
		TraceParent: in.TraceParent, Priority: plugin.Priority(in.Priority), Purpose: in.Purpose,
	}
}

func eventToPB(e *plugin.Event) *pb.Event {
	return &pb.Event{
		Type: string(e.Type), Message: e.Message, Code: e.Code, Done: e.Done, Total: e.Total,
		Until: timePtrToPB(e.Until), Items: raw[[]byte](e.Items), Cursor: e.Cursor,
	}
}

func eventFromPB(in *pb.Event) *plugin.Event {
	return &plugin.Event{
		Type: plugin.EventType(in.Type), Message: in.Message, Code: in.Code, Done: in.Done, Total: in.Total,
		Until: timePtrFromPB(in.Until), Items: raw[json.RawMessage](in.Items), Cursor: in.Cursor,
	}
}

func resultToPB(r *plugin.Result) *pb.Result {
	meta := &pb.Meta{
		UpstreamCalls: int64(r.Meta.UpstreamCalls), Retries: int64(r.Meta.Retries), Waited: int64(r.Meta.Waited),
		Cached: r.Meta.Cached, CacheAge: int64(r.Meta.CacheAge), Quota: bucketsToPB(r.Meta.Quota),
		RequestIds: r.Meta.RequestIDs, ApiVersion: r.Meta.APIVersion, Connector: r.Meta.ConnectorName,
	}
	for i := range r.Meta.Notices {
		meta.Notices = append(meta.Notices, eventToPB(&r.Meta.Notices[i]))
	}
	return &pb.Result{Output: r.Output, Meta: meta}
}

func resultFromPB(in *pb.Result) *plugin.Result {
	m := in.GetMeta()
	out := &plugin.Result{
		Output: in.Output,
		Meta: plugin.Meta{
			UpstreamCalls: int(m.GetUpstreamCalls()), Retries: int(m.GetRetries()), Waited: time.Duration(m.GetWaited()),
			Cached: m.GetCached(), CacheAge: time.Duration(m.GetCacheAge()), Quota: bucketsFromPB(m.GetQuota()),
			RequestIDs: m.GetRequestIds(), APIVersion: m.GetApiVersion(), ConnectorName: m.GetConnector(),
		},
	}
	for _, n := range m.GetNotices() {
		out.Meta.Notices = append(out.Meta.Notices, *eventFromPB(n))
	}
	return out
}

func optionsToPB(r *plugin.OptionsResponse) *pb.OptionsResponse {
	out := &pb.OptionsResponse{NextCursor: r.NextCursor}
	for _, o := range r.Options {
		out.Options = append(out.Options, &pb.Option{Value: o.Value, Label: o.Label, Hint: o.Hint})
	}
	return out
}

func optionsFromPB(in *pb.OptionsResponse) *plugin.OptionsResponse {
	out := &plugin.OptionsResponse{NextCursor: in.NextCursor}
	for _, o := range in.Options {
		out.Options = append(out.Options, plugin.Option{Value: o.Value, Label: o.Label, Hint: o.Hint})
	}
	return out
}
