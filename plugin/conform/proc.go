package conform

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// kill sends a signal to one process. Process 0 would be the kit's own group.
func kill(pid int, signal syscall.Signal) error {
	if pid <= 0 {
		return syscall.ESRCH
	}
	return syscall.Kill(pid, signal)
}

// alive reports whether there is a process of that id.
func alive(pid int) bool { return kill(pid, 0) == nil }

// procList reads a list of a process that Linux shows: cmdline or environ.
// It is empty elsewhere.
func procList(pid int, name string) []string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
	if err != nil || len(text) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
}

// procMemory returns the resident memory of a process in bytes, 0 where that
// is not shown.
func procMemory(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	parts := strings.Fields(string(text))
	if len(parts) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// procTicks returns how long a process has used a processor, in hundredths of
// a second (USER_HZ, 100 on every Linux), -1 where that is not shown.
func procTicks(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return -1
	}
	// The second field is the name in brackets and may have any character.
	parts := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(parts) < 13 {
		return -1
	}
	user, err1 := strconv.ParseInt(parts[11], 10, 64)
	system, err2 := strconv.ParseInt(parts[12], 10, 64)
	if err1 != nil || err2 != nil {
		return -1
	}
	return user + system
}
