package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// inputMax is the most that an input may have: the size of a message.
const inputMax = 16 << 20

// invokeFlags are the flags of linkstep invoke.
type invokeFlags struct {
	connection, input      string
	stream                 bool
	timeout                time.Duration
	key, purpose, priority string
}

const invokeLong = `Run an action and print its output.

The input is a JSON object: given as it is, as @file, or as - for standard
input. With --json the one document is {"output": .., "meta": ..} or
{"error": .., "meta": ..}; with --stream too, every event is one line as it
comes. When a later page fails, the output has the pages before it and
next_cursor, beside the error. Exit status: 3 the input, 4 log in again, 5 not
allowed, 6 not found, 7 out of quota, 8 LinkedIn did not answer well, 9 the
plugin.`

const invokeExample = `  linkstep invoke linkedin.get_profile
  linkstep invoke linkedin.search_people --input '{"keywords": "software engineer", "max_items": 60}' --json
  linkstep invoke linkedin.get_person --connection me --input @person.json --timeout 30s
  linkstep invoke linkedin.get_profile --plugin ./linkstep-linkedin`

func (a *app) invokeCommand() *cobra.Command {
	var f invokeFlags
	cmd := &cobra.Command{
		Use: "invoke CONNECTOR.ACTION", Short: "Run an action", Long: invokeLong, Example: invokeExample,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.completeActions,
		RunE: func(cmd *cobra.Command, args []string) error {
			connector, action, ok := strings.Cut(args[0], ".")
			if !ok {
				return usagef("%q: write it as CONNECTOR.ACTION, for example linkedin.get_profile", args[0])
			}
			if f.priority != string(plugin.Interactive) && f.priority != string(plugin.Background) {
				return usagef("--priority %q: it is interactive or background", f.priority)
			}
			if !utf8.ValidString(f.key) {
				return usagef("--idempotency-key %q: it is no text in UTF-8", f.key)
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), f.timeout)
			defer cancel()
			input, err := await(ctx, func() (json.RawMessage, error) { return a.readInput(f.input) })
			if err != nil {
				return err
			}
			return a.withStore(ctx, func(h *host.Host) error {
				return a.invoke(ctx, h, connector, &f, &plugin.InvokeRequest{
					Action: action, Input: input, IdempotencyKey: f.key, Purpose: f.purpose, Priority: plugin.Priority(f.priority),
				})
			})
		},
	}
	a.pluginFlag(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.connection, "connection", "", "name of the connection; may be left out when there is only one")
	flags.StringVar(&f.input, "input", "{}", "the action's input: JSON, `@file` or - for standard input")
	flags.BoolVar(&f.stream, "stream", false, "print events as they come, one JSON document a line")
	flags.DurationVar(&f.timeout, "timeout", 5*time.Minute, "how long the action may take")
	flags.StringVar(&f.key, "idempotency-key", "", "key that makes a repeated call one call")
	flags.StringVar(&f.purpose, "purpose", "", "why the data is asked for, for the audit trail")
	flags.StringVar(&f.priority, "priority", string(plugin.Interactive), "interactive or background")
	a.completeConnectionFlag(cmd)
	_ = cmd.RegisterFlagCompletionFunc("priority", cobra.FixedCompletions([]string{string(plugin.Interactive), string(plugin.Background)}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// readInput returns the input that --input names.
func (a *app) readInput(arg string) (json.RawMessage, error) {
	var r io.Reader
	switch {
	case arg == "-":
		r = a.in
	case strings.HasPrefix(arg, "@"):
		f, err := os.Open(arg[1:])
		if err != nil {
			return nil, usagef("--input %s: %s", arg, cause(err))
		}
		defer f.Close()
		r = f
	default:
		r = strings.NewReader(arg)
	}
	input, err := io.ReadAll(io.LimitReader(r, inputMax+1))
	if err != nil {
		return nil, usagef("--input %s: %s", arg, cause(err))
	}
	if len(input) > inputMax {
		return nil, &plugin.Error{
			Kind: plugin.TooLarge, Source: plugin.SourceUser, Effect: plugin.EffectNone,
			Message: "the input is over 16 MiB", Hint: "Give less at once.",
		}
	}
	return input, nil
}

func (a *app) invoke(ctx context.Context, h *host.Host, connector string, f *invokeFlags, req *plugin.InvokeRequest) error {
	p, err := a.load(ctx, h, connector)
	if err != nil {
		return err
	}
	if _, err := p.Action(req.Action); err != nil {
		return err
	}
	var conn *host.Connection
	if p.Description().Auth != nil || f.connection != "" {
		if conn, err = chosen(ctx, h, f.connection, connector); err != nil {
			return err
		}
	}
	if f.stream {
		return a.invokeStream(ctx, p, conn, req)
	}
	res, err := p.Invoke(ctx, conn, req, a.tell)
	switch {
	case res == nil:
		return err
	case a.json && err != nil:
		e := plugin.AsError(err)
		doc := errorDocument(e)
		doc["output"], doc["meta"] = res.Output, res.Meta
		if err := a.writeJSON(doc); err != nil {
			return err
		}
		return statusError(exitStatus[e.Kind])
	case a.json:
		return a.writeJSON(res)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, res.Output, "", "  "); err != nil {
		return err
	}
	pretty.WriteByte('\n')
	if _, err := a.out.Write(pretty.Bytes()); err != nil {
		return err
	}
	return err
}

// tell words an event for a person who waits.
func (a *app) tell(e *plugin.Event) error {
	switch e.Type {
	case plugin.EventWaiting:
		fmt.Fprintf(a.err, "waiting until %s UTC: %s\n", e.Until.UTC().Format(time.TimeOnly), e.Message)
	case plugin.EventNotice:
		fmt.Fprintf(a.err, "notice: %s\n", e.Message)
	case plugin.EventProgress:
		fmt.Fprintf(a.err, "%s\n", e.Message)
	}
	return nil
}

// invokeStream prints every event as a line, the end included.
func (a *app) invokeStream(ctx context.Context, p *host.Plugin, conn *host.Connection, req *plugin.InvokeRequest) error {
	line := json.NewEncoder(a.out)
	line.SetEscapeHTML(false)
	res, err := p.Stream(ctx, conn, req, func(e *plugin.Event) error { return line.Encode(e) })
	if err != nil {
		e := plugin.AsError(err)
		doc := errorDocument(e)
		doc["type"] = "error"
		if err := line.Encode(doc); err != nil {
			return err
		}
		return statusError(exitStatus[e.Kind])
	}
	return line.Encode(map[string]any{"type": "result", "output": res.Output, "meta": res.Meta})
}
