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
	return &pb.Result{Output: r.Output, Meta: metaToPB(&r.Meta), Subjects: r.Subjects}
}

func resultFromPB(in *pb.Result) *plugin.Result {
	return &plugin.Result{Output: in.Output, Meta: metaFromPB(in.GetMeta()), Subjects: in.Subjects}
}

func metaToPB(m *plugin.Meta) *pb.Meta {
	out := &pb.Meta{
		UpstreamCalls: int64(m.UpstreamCalls), Retries: int64(m.Retries), Waited: int64(m.Waited),
		Cached: m.Cached, CacheAge: int64(m.CacheAge), Quota: bucketsToPB(m.Quota),
		RequestIds: m.RequestIDs, ApiVersion: m.APIVersion, Connector: m.ConnectorName,
	}
	for i := range m.Notices {
		out.Notices = append(out.Notices, eventToPB(&m.Notices[i]))
	}
	return out
}

func metaFromPB(in *pb.Meta) plugin.Meta {
	out := plugin.Meta{
		UpstreamCalls: int(in.GetUpstreamCalls()), Retries: int(in.GetRetries()), Waited: time.Duration(in.GetWaited()),
		Cached: in.GetCached(), CacheAge: time.Duration(in.GetCacheAge()), Quota: bucketsFromPB(in.GetQuota()),
		RequestIDs: in.GetRequestIds(), APIVersion: in.GetApiVersion(), ConnectorName: in.GetConnector(),
	}
	for _, n := range in.GetNotices() {
		out.Notices = append(out.Notices, *eventFromPB(n))
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
