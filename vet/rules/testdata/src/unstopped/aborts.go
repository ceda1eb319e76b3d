package unstopped

import (
	"log/slog"
	"os/exec"
	"time"
)

type peer interface {
	Ask(q string) (string, error)
	Start() error
	Wait() error
	Abort()
	Expire()
}

type client struct{ p peer }

// Timers that nobody can stop, and that abort what is used further.

func asks(p peer, limit time.Duration) (string, error) {
	time.AfterFunc(limit, func() { // want `nobody can stop this timer: it fires after this function has returned, and hits whoever uses p then`
		slog.Warn("takes too long", "limit", limit)
		p.Abort()
	})
	return p.Ask("up?")
}

func (c *client) asks(limit time.Duration) error {
	_ = time.AfterFunc(limit, c.p.Abort) // want `hits whoever uses c then`
	if _, err := c.p.Ask("up?"); err != nil {
		return err
	}
	return nil
}

// Left alone.

func asksStopped(p peer, limit time.Duration) (string, error) {
	defer time.AfterFunc(limit, p.Abort).Stop()
	return p.Ask("up?")
}

func starts(p peer, limit time.Duration) error {
	time.AfterFunc(limit, func() { p.Abort() })
	return p.Start()
}

func startsAndWaits(p peer, limit time.Duration) error {
	if err := p.Start(); err != nil {
		return err
	}
	time.AfterFunc(limit, func() { p.Abort() })
	return p.Wait()
}

func expires(p peer, ttl time.Duration) error {
	time.AfterFunc(ttl, p.Expire)
	_, err := p.Ask("up?")
	return err
}

func later(p peer, ttl time.Duration) {
	time.AfterFunc(ttl, p.Abort)
}

func kills(cmd *exec.Cmd, grace time.Duration) ([]byte, error) {
	time.AfterFunc(grace, func() { _ = cmd.Process.Kill() })
	return cmd.CombinedOutput()
}

func opened(open func() (peer, error), limit time.Duration) (string, error) {
	p, err := open()
	if err != nil {
		return "", err
	}
	time.AfterFunc(limit, p.Abort)
	return p.Ask("up?")
}

func pair() (time.Duration, func()) { return 0, func() {} }

func ofBoth() *time.Timer { return time.AfterFunc(pair()) }

func ofBothUnkept(p peer) error {
	time.AfterFunc(pair())
	return p.Start()
}

type vm interface {
	Run(script string) (string, error)
	Serve() error
	Exec(script string) error
	Interrupt()
	Kill()
}

// Interrupted in what it makes of some input, and used again.

func runsScript(m vm, script string, limit time.Duration) (string, error) {
	time.AfterFunc(limit, m.Interrupt) // want `nobody can stop this timer`
	out, err := m.Run(script)
	if err != nil {
		return "", err
	}
	return out, nil
}

// At its end when it returns, or fresh.

func servesFor(m vm, limit time.Duration) error {
	time.AfterFunc(limit, func() { m.Interrupt() })
	return m.Serve()
}

func killsRun(m vm, script string, limit time.Duration) (string, error) {
	time.AfterFunc(limit, func() { m.Kill() })
	return m.Run(script)
}

func runsFresh(open func() vm, script string, limit time.Duration) (string, error) {
	m := open()
	time.AfterFunc(limit, m.Interrupt)
	return m.Run(script)
}

func runsScriptStopped(m vm, script string, limit time.Duration) (string, error) {
	t := time.AfterFunc(limit, m.Interrupt)
	defer t.Stop()
	return m.Run(script)
}
