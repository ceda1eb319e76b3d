package pagetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
)

// This file has the program that tests restart: this test, run again as a process
// of its own.

// start starts the program at addr, and gives where it listens and what kills it.
func start(t *testing.T, addr string) (at string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "BRAID_PAGETEST="+addr)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	killed := false
	kill = func() {
		if !killed {
			killed = true
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	t.Cleanup(kill)
	at, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(at), kill
}

// program has two groups with a few tasks each, and runs until it is killed.
func program(addr string) {
	l, err := inspect.Listen(addr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(l.Addr())
	err = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		for _, name := range []string{"north", "south"} {
			g.Go(func(ctx context.Context) error {
				return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
					for i := range 5 {
						g.Go(untilCancelled, braid.Name(fmt.Sprintf("%s-%d", name, i)))
					}
					return nil
				}, braid.Name(name+"-side"))
			}, braid.Name(name))
		}
		return errors.Join(inspect.Serve(ctx, l), errors.New("it is killed before it ends"))
	}, braid.Name("program"))
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
