package conform_test

import (
	"context"
	"errors"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

func brokenErrors() []broken {
	return []broken{
		{
			name: "settings that nobody checks",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, connect: func(ctx context.Context, req *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
					res, err := good.Connect(ctx, req)
					if plugin.KindOf(err) == plugin.InvalidConfig {
						req.Connection.Settings = []byte("{}")
						return good.Connect(ctx, req)
					}
					return res, err
				}}
			},
			failed: "errors: settings that do not fit are refused, each of them", why: "(/client_id, /page_size) gave no error",
		}, {
			name: "one violation of two",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, connect: func(ctx context.Context, req *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
					res, err := good.Connect(ctx, req)
					var e *plugin.Error
					if errors.As(err, &e) && len(e.Violations) > 1 {
						e.Violations = e.Violations[:1]
					}
					return res, err
				}}
			},
			failed: "errors: settings that do not fit are refused, each of them", why: "the setting /page_size does not fit, and the error does not point to it",
		}, {
			name: "a plain error",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, authorize: func(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
					if req.Token != nil {
						return nil, errors.New("the vendor said 401")
					}
					return good.Authorize(ctx, req)
				}}
			},
			failed: "errors: no error is unclassified", why: "internal: something went wrong inside the connector: the vendor said 401",
		}, {
			name: "a kind that is not listed",
			build: describing(func(d *plugin.Description) {
				d.Actions[0].ErrorKinds = []plugin.Kind{plugin.RateLimited, plugin.Canceled}
			}),
			failed: "errors: actions end in the kinds that they list", why: "get_note ended in a kind that it does not list: reauthorize",
		}, {
			name: "an error without a hint",
			build: failing(func(_ *plugin.InvokeRequest, err error) error {
				if e := plugin.AsError(err); e.Kind == plugin.Reauthorize {
					e.Hint = ""
				}
				return err
			}),
			failed: "errors: errors say what happened and what to do", why: "get_note gave an error without a hint: reauthorize",
		}, {
			name: "an endless repetition",
			build: failing(func(_ *plugin.InvokeRequest, err error) error {
				if e := plugin.AsError(err); e.Kind == plugin.Reauthorize {
					e.Retryable = true
				}
				return err
			}),
			failed: "errors: errors say whether to try again, and when", why: "no repetition cures",
		}, {
			name: "an error of nobody",
			build: failing(func(_ *plugin.InvokeRequest, err error) error {
				if e := plugin.AsError(err); e.Kind == plugin.Reauthorize {
					e.Source = "linkedin"
				}
				return err
			}),
			failed: "errors: errors say whose they are and what was done", why: "source is none of the words",
		}, {
			name: "a read that was applied", way: "in-process",
			build: failing(func(_ *plugin.InvokeRequest, err error) error {
				if e := plugin.AsError(err); e.Kind == plugin.Reauthorize {
					e.Effect = plugin.EffectApplied
				}
				return err
			}),
			failed: "errors: an error of a read says of nothing that it was applied", why: "get_note reads, and says that an error was applied",
		},
	}
}

func brokenSecrets() []broken {
	return []broken{
		{
			name: "a secret in an error",
			build: func(good *notes) plugin.Connector {
				secret := ""
				return &faulty{
					Connector: good,
					connect: func(ctx context.Context, req *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
						secret = req.Connection.Secrets["client_secret"].Reveal()
						return good.Connect(ctx, req)
					},
					authorize: func(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
						res, err := good.Authorize(ctx, req)
						if e := plugin.AsError(err); e != nil && strings.Contains(e.Message, "the code") {
							e.Detail = "POST https://notes.example/token client_secret=" + secret
						}
						return res, err
					},
				}
			},
			failed: "secrets: no secret shows in an error", why: "the setting client_secret stands in an error of Authorize",
		}, {
			name: "a token in a check",
			build: func(good *notes) plugin.Connector {
				token := ""
				return &faulty{
					Connector: good,
					authorize: func(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
						if req.Token != nil {
							token = req.Token.AccessToken.Reveal()
						}
						return good.Authorize(ctx, req)
					},
					check: func(ctx context.Context, req *plugin.CheckRequest) (*plugin.CheckResponse, error) {
						res, err := good.Check(ctx, req)
						if err == nil && token != "" {
							res.Diagnostics = append(res.Diagnostics, plugin.Diagnostic{Severity: plugin.Info, Message: "last tried: " + token})
						}
						return res, err
					},
				}
			},
			failed: "secrets: no secret shows in an answer", why: "an access token stands in the answer of Check",
		}, {
			name: "a code in the log",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, authorize: func(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
					if req.Complete != nil {
						good.log.Debug("the login is answered", "url", req.Complete.Answer.Reveal())
					}
					return good.Authorize(ctx, req)
				}}
			},
			failed: "secrets: no secret shows in the log", why: "the code of a login stands in the log",
		}, {
			name: "a secret kept with no connection",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, connect: func(ctx context.Context, req *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
					secret := req.Connection.Secrets["client_secret"].Reveal()
					if _, err := good.store.Swap(ctx, &plugin.SwapRequest{Key: "notes/last-secret-of-" + req.Connection.ID, Value: []byte(secret)}); err != nil {
						return nil, err
					}
					return good.Connect(ctx, req)
				}}
			},
			failed: "secrets: secrets are stored with their connection", why: "the setting client_secret is stored as notes/last-secret-of-",
		}, {
			name: "another one's key",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, authorize: func(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
					if req.Token != nil {
						_, err := good.store.Get(ctx, &plugin.GetRequest{Key: "linkedin/connections/ada/token"})
						return nil, err
					}
					return good.Authorize(ctx, req)
				}}
			},
			failed: "secrets: the store is asked for the connector's own keys", why: `Authorize: the key "linkedin/connections/ada/token" is not the connector's own`,
		},
	}
}
