// Package conform is the contract of package plugin as a test kit for the
// authors of connectors. It calls a connector as a workflow engine does,
// through a host, and says what does not hold and what to change:
//
//	report, err := conform.Run(ctx, host.File("./hello"), &conform.Options{Settings: settings})
//	if err != nil {
//		return err
//	}
//	err = report.WriteText(os.Stdout)
//
// The same cases run however the connector is reached. A case that cannot run
// says why and never counts as passed: without settings there is no connection
// to try, and some things show in a process only or in this process only.
//
// The kit runs examples of actions that read, and others only when told to. It
// knows nothing of what the actions mean: whether a connector does the right
// thing is for its own tests.
package conform
