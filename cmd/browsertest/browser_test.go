package browsertest

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// findBrowser returns where chromium is.
func findBrowser(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed (apt-get install chromium): nothing is tested with a real browser")
	}
	return path
}

// startBrowser starts the chromium at path, which keeps all it keeps below dir,
// and returns the context in which tabs are opened. It ends with the test.
func startBrowser(t *testing.T, path, dir string) context.Context {
	t.Helper()
	ctx, end := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(path),
		chromedp.UserDataDir(filepath.Join(dir, "profile")),
		chromedp.NoInheritEnv,
		chromedp.Env(environ(dir)...),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-breakpad", true),
		chromedp.Flag("disable-dev-shm-usage", true),
	)
	t.Cleanup(end)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	// The browser lives as long as the context of its first action, which
	// therefore has no limit of its own.
	watch := time.AfterFunc(limit, cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting %s: %v", path, err)
	}
	watch.Stop()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("closing the browser: %v", err)
		}
	})
	return ctx
}
