// Package host finds, starts, supervises and calls connectors. It is all that
// a workflow engine written in Go needs:
//
//	h := host.New(&host.Options{Store: store})
//	defer h.Close(ctx)
//	p, err := h.Load(ctx, host.File("/opt/linkstep-linkedin"))
//	conn, err := h.Connections().Get(ctx, "me")
//	res, err := p.Invoke(ctx, conn, &plugin.InvokeRequest{Action: "get_profile", Input: []byte("{}")}, nil)
//
// A connector that crashes or hangs is started anew by the next call, unless
// that happens too often; [Plugin.Watch] shows every state that it goes
// through, and [Plugin.Upgrade] replaces it while it is called.
//
// A connector is reached in one of three ways that behave alike: [Direct] in
// this process, [InProcess] over gRPC in this process, or as a process of its
// own ([File], [Self], [Host.Find]). The package imports no database: the
// store comes from outside. It knows nothing of LinkedIn.
package host
