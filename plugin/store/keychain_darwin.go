package store

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// security is macOS's program for its keychain. A secret passes through its
// standard input or output only, never through its arguments.
const security = "/usr/bin/security"

// The exit statuses of security are the low byte of the codes in
// Security/SecBase.h: errSecItemNotFound is -25300, errSecInteractionNotAllowed
// -25308.
const (
	exitNotFound   = 44
	exitNotAllowed = 36
)

// keyringGet returns the secret of an entry.
func keyringGet(ctx context.Context, name string) (string, error) {
	out, err := keychain(ctx, "", "find-generic-password", "-s", keyringService, "-a", name, "-w")
	if err != nil {
		return "", err
	}
	text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(out))
	if err != nil {
		return "", errors.New("the entry is not one that linkstep made")
	}
	return string(text), nil
}

// keyringSet makes an entry, or gives the one of that name a new secret. The
// command is a line of input: security reads at most 4,096 bytes of one, more
// than ten keys take.
func keyringSet(ctx context.Context, name, label, text string) error {
	_, err := keychain(ctx, fmt.Sprintf("add-generic-password -U -s %s -a %s -l %s -w %s\n",
		quote(keyringService), quote(name), quote(label), base64.StdEncoding.EncodeToString([]byte(text))), "-i")
	return err
}

// keychain runs security, which is killed when the time is over. Its messages
// are dropped: they could repeat the command.
func keychain(ctx context.Context, input string, args ...string) (string, error) {
	var out bytes.Buffer
	err := inKeyringTime(ctx, func(ctx context.Context) error {
		cmd := exec.CommandContext(ctx, security, args...)
		cmd.Stdin, cmd.Stdout = strings.NewReader(input), &out
		err := cmd.Run()
		if e, ok := errors.AsType[*exec.ExitError](err); ok {
			switch e.ExitCode() {
			case exitNotFound:
				return errNoEntry
			case exitNotAllowed:
				return errKeyringLocked
			}
		}
		return err
	})
	return out.String(), err
}

// quote makes a text one word for security.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'"'"'`) + "'" }
