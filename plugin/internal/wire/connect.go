package wire

import (
	"cmp"
	"encoding/json"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire/pb"
)

func connectionToPB(c plugin.Connection) *pb.Connection {
	out := &pb.Connection{Id: c.ID, Name: c.Name, Dev: c.Dev, Settings: c.Settings}
	for name, secret := range c.Secrets {
		if out.Secrets == nil {
			out.Secrets = make(map[string]string, len(c.Secrets))
		}
		out.Secrets[name] = secret.Reveal()
	}
	return out
}

func connectionFromPB(in *pb.Connection) plugin.Connection {
	out := plugin.Connection{ID: in.GetId(), Name: in.GetName(), Dev: in.GetDev(), Settings: json.RawMessage(in.GetSettings())}
	for name, value := range in.GetSecrets() {
		if out.Secrets == nil {
			out.Secrets = make(map[string]plugin.Secret, len(in.GetSecrets()))
		}
		out.Secrets[name] = plugin.NewSecret(value)
	}
	return out
}

func authorizeToPB(r *plugin.AuthorizeRequest) *pb.AuthorizeRequest {
	out := &pb.AuthorizeRequest{Connection: r.Connection, Replace: r.Replace}
	switch {
	case r.Begin != nil:
		out.Step = &pb.AuthorizeRequest_Begin{Begin: &pb.AuthorizeBegin{}}
	case r.Complete != nil:
		out.Step = &pb.AuthorizeRequest_Complete{Complete: &pb.AuthorizeComplete{
			Session: r.Complete.Session.Reveal(), Answer: r.Complete.Answer.Reveal(),
		}}
	case r.Token != nil:
		out.Step = &pb.AuthorizeRequest_Token{Token: &pb.AuthorizeToken{
			AccessToken: r.Token.AccessToken.Reveal(), RefreshToken: r.Token.RefreshToken.Reveal(),
		}}
	}
	return out
}

func authorizeFromPB(in *pb.AuthorizeRequest) *plugin.AuthorizeRequest {
	out := &plugin.AuthorizeRequest{Connection: in.Connection, Replace: in.Replace}
	switch step := in.Step.(type) {
	case *pb.AuthorizeRequest_Begin:
		out.Begin = &plugin.AuthorizeBegin{}
	case *pb.AuthorizeRequest_Complete:
		out.Complete = &plugin.AuthorizeComplete{
			Session: plugin.NewSecret(step.Complete.Session), Answer: plugin.NewSecret(step.Complete.Answer),
		}
	case *pb.AuthorizeRequest_Token:
		out.Token = &plugin.AuthorizeToken{
			AccessToken: plugin.NewSecret(step.Token.AccessToken), RefreshToken: plugin.NewSecret(step.Token.RefreshToken),
		}
	}
	return out
}

func authorizedToPB(r *plugin.AuthorizeResponse) *pb.AuthorizeResponse {
	return &pb.AuthorizeResponse{
		Url: r.URL, RedirectUrl: r.RedirectURL, Session: r.Session.Reveal(), Done: r.Done,
		Account: accountToPB(r.Account), Granted: r.Granted, Missing: r.Missing,
		ExpiresAt: timeToPB(r.ExpiresAt), Diagnostics: diagnosticsToPB(r.Diagnostics),
	}
}

func authorizedFromPB(in *pb.AuthorizeResponse) *plugin.AuthorizeResponse {
	return &plugin.AuthorizeResponse{
		URL: in.Url, RedirectURL: in.RedirectUrl, Session: plugin.NewSecret(in.Session), Done: in.Done,
		Account: accountFromPB(in.Account), Granted: in.Granted, Missing: in.Missing,
		ExpiresAt: timeFromPB(in.ExpiresAt), Diagnostics: diagnosticsFromPB(in.Diagnostics),
	}
}

func checkToPB(r *plugin.CheckResponse) *pb.CheckResponse {
	out := &pb.CheckResponse{
		Account: accountToPB(r.Account), ScopesGranted: r.ScopesGranted, ScopesMissing: r.ScopesMissing,
		Token: &pb.TokenStatus{
			Present: r.Token.Present, ExpiresAt: timePtrToPB(r.Token.ExpiresAt), Assumed: r.Token.Assumed,
			Refreshable: r.Token.Refreshable, WhyNot: r.Token.WhyNot, RefreshExpiresAt: timePtrToPB(r.Token.RefreshExpiresAt),
			DaysLeft: converted[int64](r.Token.DaysLeft), RefreshDaysLeft: converted[int64](r.Token.RefreshDaysLeft),
		},
		Api:         &pb.APIStatus{Version: r.API.Version, Sunset: r.API.Sunset, State: string(r.API.State)},
		Diagnostics: diagnosticsToPB(r.Diagnostics),
	}
	for _, a := range r.Actions {
		out.Actions = append(out.Actions, &pb.ActionStatus{
			Action: a.Action, Status: string(a.Status), Reason: a.Reason, Hint: a.Hint, Since: timePtrToPB(a.Since),
		})
	}
	return out
}

func checkFromPB(in *pb.CheckResponse) *plugin.CheckResponse {
	token := cmp.Or(in.Token, new(pb.TokenStatus))
	out := &plugin.CheckResponse{
		Account: accountFromPB(in.Account), ScopesGranted: in.ScopesGranted, ScopesMissing: in.ScopesMissing,
		Token: plugin.TokenStatus{
			Present: token.GetPresent(), ExpiresAt: timePtrFromPB(token.GetExpiresAt()), Assumed: token.GetAssumed(),
			Refreshable: token.GetRefreshable(), WhyNot: token.GetWhyNot(), RefreshExpiresAt: timePtrFromPB(token.GetRefreshExpiresAt()),
			DaysLeft: converted[int](token.DaysLeft), RefreshDaysLeft: converted[int](token.RefreshDaysLeft),
		},
		API:         plugin.APIStatus{Version: in.Api.GetVersion(), Sunset: in.Api.GetSunset(), State: plugin.APIAnswer(in.Api.GetState())},
		Diagnostics: diagnosticsFromPB(in.Diagnostics),
	}
	for _, a := range in.Actions {
		out.Actions = append(out.Actions, plugin.ActionStatus{
			Action: a.Action, Status: plugin.Usability(a.Status), Reason: a.Reason, Hint: a.Hint, Since: timePtrFromPB(a.Since),
		})
	}
	return out
}
