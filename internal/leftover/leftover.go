// Package leftover fails the tests of a package that leave goroutines behind.
package leftover

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// patience is how long goroutines may take to be gone that have nothing left to
// do: they end within microseconds, unless the machine is busy.
const patience = 5 * time.Second

// Run is what a TestMain calls: it runs the tests, and then exits with 1 if a
// goroutine is left in which this module has a part.
func Run(m *testing.M) {
	code := m.Run()
	if left := leftBehind(); code == 0 && len(left) > 0 {
		fmt.Fprintf(os.Stderr, "%d goroutines are left behind by the tests:\n\n%s\n", len(left), strings.Join(left, "\n\n"))
		code = 1
	}
	os.Exit(code)
}

func leftBehind() (left []string) {
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		left = ours()
		if len(left) == 0 || time.Now().After(end) {
			return left
		}
	}
}

// ours gives the stacks of the goroutines that have a frame of this module,
// but for the one that asks.
func ours() (stacks []string) {
	buf := make([]byte, 1<<24)
	dump := string(buf[:runtime.Stack(buf, true)])
	for i, stack := range strings.Split(dump, "\n\n") {
		if i > 0 && strings.Contains(stack, "github.com/braid-go/braid") {
			stacks = append(stacks, stack)
		}
	}
	return stacks
}
