package conform_test

import (
	"context"
	"net/url"
	"strings"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/conform"
)

// beginning breaks the step that begins a login.
func beginning(change func(res *plugin.AuthorizeResponse)) func(*notes) plugin.Connector {
	return func(good *notes) plugin.Connector {
		return &faulty{Connector: good, authorize: func(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
			res, err := good.Authorize(ctx, req)
			if err == nil && req.Begin != nil {
				change(res)
			}
			return res, err
		}}
	}
}

// checking breaks the answer of a check.
func checking(change func(res *plugin.CheckResponse)) func(*notes) plugin.Connector {
	return func(good *notes) plugin.Connector {
		return &faulty{Connector: good, check: func(ctx context.Context, req *plugin.CheckRequest) (*plugin.CheckResponse, error) {
			res, err := good.Check(ctx, req)
			if err == nil {
				change(res)
			}
			return res, err
		}}
	}
}

func brokenLogins() []broken {
	return []broken{
		{
			name: "a check that wants a login",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, check: func(ctx context.Context, req *plugin.CheckRequest) (*plugin.CheckResponse, error) {
					res, err := good.Check(ctx, req)
					if err == nil && !res.Token.Present {
						return nil, failed(plugin.Reauthorize, plugin.SourceUser, "nobody has logged in", "Log in.")
					}
					return res, err
				}}
			},
			failed: "auth: a check without a login tells that there is none", why: "nobody has logged in",
		}, {
			name: "a check that forgets an action",
			build: checking(func(res *plugin.CheckResponse) {
				if res.Token.Present {
					res.Actions = res.Actions[1:]
				}
			}),
			failed: "auth: a check after the login tells of it", why: "does not tell of get_note",
		}, {
			name: "no login is a defect",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, invoke: func(ctx context.Context, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
					res, err := good.Invoke(ctx, req, emit)
					if plugin.KindOf(err) == plugin.Reauthorize {
						return nil, failed(plugin.Forbidden, plugin.SourceUpstream, "the vendor says 401", "Ask the vendor.")
					}
					return res, err
				}}
			},
			failed: "wire: an action without a login asks to log in", why: "not of kind reauthorize: forbidden: the vendor says 401",
		}, {
			name: "a login page over http",
			build: beginning(func(res *plugin.AuthorizeResponse) {
				res.URL = strings.Replace(res.URL, "http://127.0.0.1", "http://127.0.0.1.example", 1)
			}),
			opts:   withToken,
			failed: "auth: a login begins with an https address and a session", why: "begins with http://127.0.0.1.example",
		}, {
			name:   "a login without a session",
			build:  beginning(func(res *plugin.AuthorizeResponse) { res.Session = plugin.Secret{} }),
			opts:   withToken,
			failed: "auth: a login begins with an https address and a session", why: "no session",
		}, {
			name: "a state that never changes",
			build: beginning(func(res *plugin.AuthorizeResponse) {
				res.URL = strings.Replace(res.URL, "state="+res.Session.Reveal(), "state=always-the-same-state", 1)
				res.Session = plugin.NewSecret("always-the-same-state")
			}),
			failed: "auth: two logins have different states", why: "same state",
		}, {
			name: "a state that nobody compares",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, authorize: func(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
					if req.Complete != nil {
						u, err := url.Parse(req.Complete.Answer.Reveal())
						if err != nil {
							return nil, err
						}
						req.Complete.Session = plugin.NewSecret(u.Query().Get("state"))
					}
					return good.Authorize(ctx, req)
				}}
			},
			failed: "auth: an answer with another login's state is refused", why: "the login is done",
		}, {
			name: "an answer is taken from anybody",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, authorize: func(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
					res, err := good.Authorize(ctx, req)
					if plugin.KindOf(err) == plugin.InvalidInput {
						return &plugin.AuthorizeResponse{Done: true, Account: plugin.Account{ID: "ada"}}, nil
					}
					return res, err
				}}
			},
			opts: func(opts *conform.Options) { // its login page is elsewhere
				opts.Settings = []byte(`{"client_id": "abc", "client_secret": "a secret of the client"}`)
				withToken(opts)
			},
			failed: "auth: an answer with another login's state is refused", why: "the login is done",
		}, {
			name: "a code that nobody tries",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, authorize: func(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
					res, err := good.Authorize(ctx, req)
					if e := plugin.AsError(err); e != nil && strings.Contains(e.Message, "the code") {
						return &plugin.AuthorizeResponse{Done: true, Account: plugin.Account{ID: "ada"}}, nil
					}
					return res, err
				}}
			},
			failed: "auth: an answer with a code that the vendor refuses is an error", why: "the login is done",
		}, {
			name: "a denial is a defect",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, authorize: func(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
					res, err := good.Authorize(ctx, req)
					if e := plugin.AsError(err); e != nil && strings.Contains(e.Message, "denied") {
						panic("no code in the answer")
					}
					return res, err
				}}
			},
			failed: "auth: an answer that denies the login is refused", why: "the connector panicked in Authorize",
		}, {
			name: "a token is taken untried",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, authorize: func(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
					if req.Token != nil {
						return &plugin.AuthorizeResponse{Done: true, Account: plugin.Account{ID: "somebody"}}, nil
					}
					return good.Authorize(ctx, req)
				}}
			},
			failed: "auth: a made-up token is refused and not kept", why: "a made-up token was taken",
		}, {
			name: "disconnecting twice is an error",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, disconnect: func(ctx context.Context, req *plugin.DisconnectRequest) (*plugin.DisconnectResponse, error) {
					if _, err := good.account(req.Connection); err != nil {
						return nil, err
					}
					return good.Disconnect(ctx, req)
				}}
			},
			failed: "auth: disconnecting what is not connected is no error", why: "there is no such connection",
		}, {
			name: "a disconnect that does nothing", way: "in-process",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, disconnect: func(context.Context, *plugin.DisconnectRequest) (*plugin.DisconnectResponse, error) {
					return &plugin.DisconnectResponse{}, nil
				}}
			},
			failed: "wire: a connection that was disconnected is forgotten", why: "an action of a connection that was disconnected gave no error",
		}, {
			name: "a disconnect that nobody notices",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, disconnect: func(context.Context, *plugin.DisconnectRequest) (*plugin.DisconnectResponse, error) {
					return &plugin.DisconnectResponse{}, nil
				}}
			},
			failed: "wire: a connection that was disconnected is forgotten", why: "says that a token is present",
		}, {
			name: "a token that the host cannot find", way: "in-process",
			build: func(good *notes) plugin.Connector {
				return &faulty{
					Connector: good,
					authorize: func(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
						res, err := good.Authorize(ctx, req)
						if err == nil && res.Done {
							_, err = good.store.Swap(ctx, &plugin.SwapRequest{Key: "notes/logins/" + req.Connection, Value: []byte("sealed")})
						}
						return res, err
					},
					check: func(ctx context.Context, req *plugin.CheckRequest) (*plugin.CheckResponse, error) {
						res, err := good.Check(ctx, req)
						if err != nil {
							return nil, err
						}
						got, err := good.store.Get(ctx, &plugin.GetRequest{Key: "notes/logins/" + req.Connection})
						res.Token.Present = len(got.Value) > 0
						return res, err
					},
				}
			},
			failed: "wire: a connection that was disconnected is forgotten", why: "Drop the token from memory in Disconnect",
		}, {
			name: "a login of nobody",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, authorize: func(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
					res, err := good.Authorize(ctx, req)
					if err == nil {
						res.Account = plugin.Account{}
					}
					return res, err
				}}
			},
			failed: "auth: a connection can be logged in", why: "whose account",
		}, {
			name: "connecting again logs out",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, connect: func(ctx context.Context, req *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
					if req.Connection.Name != "renamed" {
						return good.Connect(ctx, req)
					}
					good.mu.Lock()
					defer good.mu.Unlock()
					good.connections[req.Connection.ID] = &account{}
					return &plugin.ConnectResponse{}, nil
				}}
			},
			failed: "auth: connecting again keeps the login", why: "its login is lost",
		},
	}
}

// withToken logs the connection in without the login page.
func withToken(opts *conform.Options) { opts.Token = plugin.NewSecret("a token from elsewhere") }
