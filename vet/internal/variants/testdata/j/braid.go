package j

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"runtime"
	"time"

	"github.com/braid-go/braid"
)

// want-rule (j): Fork as a statement: who wants no result wants Go
func forkDrop(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		braid.Fork(g, load)
		return nil
	})
}

// fine: the handle is waited for
func forkDropOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		t := braid.Fork(g, load)
		_, err := t.Wait(ctx)
		return err
	})
}

// want-rule (j): the handle is assigned to blank
func forkBlank(ctx context.Context, n int) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for range n {
			_ = braid.Fork(g, load)
		}
		return nil
	}, braid.Limit(4))
}

// fine: Go has no handle
func forkBlankOK(ctx context.Context, n int) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for range n {
			g.Go(func(ctx context.Context) error {
				_, err := load(ctx)
				return err
			})
		}
		return nil
	}, braid.Limit(4))
}

// want-rule (j): TryFork's handle is blank
func tryDrop(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		if _, err := braid.TryFork(g, load); err != nil {
			return err
		}
		return nil
	})
}

// fine: TryGo
func tryDropOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		return g.TryGo(func(ctx context.Context) error {
			_, err := load(ctx)
			return err
		})
	})
}

// want-rule (j): handles are collected, and nobody looks at them
func forkMany(ctx context.Context, n int) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		var tasks []*braid.Task[int]
		for range n {
			tasks = append(tasks, braid.Fork(g, load))
		}
		log.Printf("%d tasks", len(tasks))
		return nil
	}, braid.Limit(4))
}

// fine: handles are collected and read
func forkManyOK(ctx context.Context, n int) (sum int, err error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
		var tasks []*braid.Task[int]
		for range n {
			tasks = append(tasks, braid.Fork(g, load))
		}
		for t := range braid.AsCompleted(ctx, tasks...) {
			v, err := t.Wait(ctx)
			if err != nil {
				return 0, err
			}
			sum += v
		}
		return sum, nil
	}, braid.Limit(4))
}

// want-rule (j): the thread stays locked, and the next task gets it
func onThread(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			runtime.LockOSThread()
			_, err := load(ctx)
			return err
		})
		return nil
	})
}

// fine: a goroutine of its own
func onThreadOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			runtime.LockOSThread()
			_, err := load(ctx)
			return err
		}, braid.OwnGoroutine)
		return nil
	})
}

// want-rule (j): unlocked on one way only
func onThreadSome(ctx context.Context) (int, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
		return braid.Fork(g, func(ctx context.Context) (int, error) {
			runtime.LockOSThread()
			v, err := load(ctx)
			if err != nil {
				return 0, err
			}
			runtime.UnlockOSThread()
			return v, nil
		}).Wait(ctx)
	})
}

// fine: unlocked by defer
func onThreadSomeOK(ctx context.Context) (int, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
		return braid.Fork(g, func(ctx context.Context) (int, error) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			return load(ctx)
		}).Wait(ctx)
	})
}

// part of onThreadNamed: the function that locks
func renderLoop(ctx context.Context) error {
	runtime.LockOSThread()
	_, err := load(ctx)
	return err
}

// want-rule (j): a named function as the task locks its thread
func onThreadNamed(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(renderLoop, braid.Name("render"))
		return nil
	})
}

func renderLoopOK(ctx context.Context) error {
	runtime.LockOSThread()
	_, err := load(ctx)
	return err
}

// fine: a named function with OwnGoroutine
func onThreadNamedOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(renderLoopOK, braid.Name("render"), braid.OwnGoroutine)
		return nil
	})
}

// want-rule (j): if the task is skipped nobody closes the connection
func serve(ctx context.Context, d *net.Dialer) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		conn, err := d.DialContext(ctx, "tcp", "localhost:7000")
		if err != nil {
			return err
		}
		g.Go(func(ctx context.Context) error {
			defer conn.Close()
			return talk(ctx, conn)
		})
		return nil
	})
}

// fine: the task owns it
func serveOK(ctx context.Context, d *net.Dialer) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		conn, err := d.DialContext(ctx, "tcp", "localhost:7000")
		if err != nil {
			return err
		}
		braid.GoWith(g, conn, talk)
		return nil
	})
}

// want-rule (j): a file that Fork's function closes
func readFile(ctx context.Context, name string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		t := braid.Fork(g, func(ctx context.Context) ([]byte, error) {
			defer f.Close()
			return io.ReadAll(f)
		})
		_, err = t.Wait(ctx)
		return err
	})
}

// fine: the function opens it
func readFileOK(ctx context.Context, name string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		t := braid.Fork(g, func(ctx context.Context) ([]byte, error) {
			f, err := os.Open(name)
			if err != nil {
				return nil, err
			}
			defer f.Close()
			return io.ReadAll(f)
		})
		_, err := t.Wait(ctx)
		return err
	})
}

// want-rule (j): closed at the end of the task, in a loop over files
func slurpAll(ctx context.Context, names []string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, name := range names {
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			g.Go(func(ctx context.Context) error {
				err := slurp(ctx, f)
				return errors.Join(err, f.Close())
			})
		}
		return nil
	}, braid.Limit(4))
}

// fine: GoWith in the loop
func slurpAllOK(ctx context.Context, names []string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, name := range names {
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			braid.GoWith(g, f, slurp)
		}
		return nil
	}, braid.Limit(4))
}

// want-rule (j): Otherwise drops whatever comes
func catchAll(ctx context.Context) error {
	_, err := load(ctx)
	return braid.Catch(err, braid.Otherwise(func(error) error { return nil }))
}

// fine: Otherwise wraps what it was given
func catchAllOK(ctx context.Context) error {
	_, err := load(ctx)
	return braid.Catch(err, braid.Otherwise(func(err error) error {
		return fmt.Errorf("load: %w", err)
	}))
}

// want-rule (j): the clause makes a new error that has nothing of the old one
func catchValue(ctx context.Context) error {
	_, err := load(ctx)
	return braid.Catch(err, braid.On(func(err error, ves []*valueError) error {
		return errors.New("something is not valid")
	}))
}

// fine: the clause uses the values
func catchValueOK(ctx context.Context) error {
	_, err := load(ctx)
	return braid.Catch(err, braid.On(func(_ error, ves []*valueError) error {
		return fmt.Errorf("%d fields are not valid, the first is %q", len(ves), ves[0].field)
	}))
}

// want-rule (j): When replaces everything that matched
func catchWhen(ctx context.Context) error {
	_, err := load(ctx)
	clause := braid.When(braid.As[*valueError](), func(_ error) error {
		return io.ErrUnexpectedEOF
	})
	return braid.Catch(err, clause)
}

// fine: When gives it back
func catchWhenOK(ctx context.Context) error {
	_, err := load(ctx)
	clause := braid.When(braid.As[*valueError](), func(err error) error {
		log.Print(err)
		return err
	})
	return braid.Catch(err, clause)
}

// want-rule (j): a call is left behind, and why is not said
func lookup(ctx context.Context, host string) ([]string, error) {
	return braid.Abandon(ctx, func() ([]string, error) {
		return net.LookupHost(host)
	}, func([]string, error) {})
}

// fine: the reason stands beside it
func lookupOK(ctx context.Context, path string) (os.FileInfo, error) {
	//braid:detached stat on a dead NFS mount cannot be interrupted
	return braid.Abandon(ctx, func() (os.FileInfo, error) {
		return os.Stat(path)
	}, func(os.FileInfo, error) {})
}

// want-rule (j): a dial that comes too late is never closed, no reason given
func (a *app) dial(ctx context.Context, addr string) (err error) {
	a.conn, err = braid.Abandon(ctx, func() (net.Conn, error) {
		return net.DialTimeout("tcp", addr, time.Minute)
	}, func(c net.Conn, err error) {
		if err != nil {
			log.Print(err)
		}
	}, braid.Name("dial"))
	return err
}

// fine: a dial that can be interrupted needs no Abandon
func (a *app) dialOK(ctx context.Context, addr string) (err error) {
	var d net.Dialer
	a.conn, err = d.DialContext(ctx, "tcp", addr)
	return err
}
