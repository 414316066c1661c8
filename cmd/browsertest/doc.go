// Package browsertest logs in with a real browser: the linkstep binary on one
// side, Debian's chromium on the other, the sandbox's consent page between
// them. It is a module of its own because the browser's driver is nobody
// else's business. Without chromium its test says so and skips.
//
//	go -C cmd/browsertest test ./...
package browsertest
