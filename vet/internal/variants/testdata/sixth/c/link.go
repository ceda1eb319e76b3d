package c

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// want-rule (c): the reads from the connection have no deadline, and a silent peer holds the function after the context's end
func (l *Link) Serve(ctx context.Context, conn net.Conn) error {
	defer conn.Close()
	br := bufio.NewReader(conn)
	var hdr [5]byte
	for {
		if _, err := io.ReadFull(br, hdr[:]); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("read header: %w", err)
		}
		n := binary.BigEndian.Uint32(hdr[1:])
		if n > 1<<20 {
			return fmt.Errorf("frame of %d bytes", n)
		}
		f := Frame{Kind: hdr[0], Payload: make([]byte, n)}
		if _, err := io.ReadFull(br, f.Payload); err != nil {
			return fmt.Errorf("read payload: %w", err)
		}
		if err := l.handle(ctx, f); err != nil {
			return err
		}
	}
}

// fine: the end of the context sets a deadline that has passed, which ends the read under way
func (l *Link) ServeOK(ctx context.Context, conn net.Conn) error {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	br := bufio.NewReader(conn)
	var hdr [5]byte
	for {
		if _, err := io.ReadFull(br, hdr[:]); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("read header: %w", err)
		}
		n := binary.BigEndian.Uint32(hdr[1:])
		if n > 1<<20 {
			return fmt.Errorf("frame of %d bytes", n)
		}
		f := Frame{Kind: hdr[0], Payload: make([]byte, n)}
		if _, err := io.ReadFull(br, f.Payload); err != nil {
			return errors.Join(context.Cause(ctx), fmt.Errorf("read payload: %w", err))
		}
		if err := l.handle(ctx, f); err != nil {
			return err
		}
	}
}

// want-rule (c): the statement within the transaction is executed without the context
func (a *Accounts) Transfer(ctx context.Context, from, to, amount int64) (err error) {
	tx, err := a.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var balance int64
	row := tx.QueryRowContext(ctx, "SELECT balance FROM accounts WHERE id = ? FOR UPDATE", from)
	if err := row.Scan(&balance); err != nil {
		return fmt.Errorf("balance of %d: %w", from, err)
	}
	if balance < amount {
		return fmt.Errorf("account %d: insufficient funds", from)
	}
	for id, delta := range map[int64]int64{from: -amount, to: amount} {
		if _, err := tx.Exec("UPDATE accounts SET balance = balance + ? WHERE id = ?", delta, id); err != nil {
			return fmt.Errorf("update %d: %w", id, err)
		}
	}
	return tx.Commit()
}

// fine: each statement is executed with the context
func (a *Accounts) TransferOK(ctx context.Context, from, to, amount int64) (err error) {
	tx, err := a.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var balance int64
	row := tx.QueryRowContext(ctx, "SELECT balance FROM accounts WHERE id = ? FOR UPDATE", from)
	if err := row.Scan(&balance); err != nil {
		return fmt.Errorf("balance of %d: %w", from, err)
	}
	if balance < amount {
		return fmt.Errorf("account %d: insufficient funds", from)
	}
	for id, delta := range map[int64]int64{from: -amount, to: amount} {
		if _, err := tx.ExecContext(ctx, "UPDATE accounts SET balance = balance + ? WHERE id = ?", delta, id); err != nil {
			return fmt.Errorf("update %d: %w", id, err)
		}
	}
	return tx.Commit()
}

// want-rule (c): the range over the broker's channel waits for the next event although the group may be cancelled
func (p *Projector) Run(ctx context.Context, subs map[string]Subscription) error {
	g, ctx := errgroup.WithContext(ctx)
	for topic, sub := range subs {
		g.Go(func() error {
			var last int64
			for ev := range sub.C {
				if ev.Seq <= last {
					slog.DebugContext(ctx, "projector: duplicate", "topic", topic, "seq", ev.Seq)
					continue
				}
				if err := p.apply(ctx, ev); err != nil {
					return fmt.Errorf("%s: event %d: %w", topic, ev.Seq, err)
				}
				last = ev.Seq
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: each wait for an event is one for the group's context too
func (p *Projector) RunOK(ctx context.Context, subs map[string]Subscription) error {
	g, ctx := errgroup.WithContext(ctx)
	for topic, sub := range subs {
		g.Go(func() error {
			var last int64
			for {
				select {
				case <-ctx.Done():
					return context.Cause(ctx)
				case ev, ok := <-sub.C:
					if !ok {
						return nil
					}
					if ev.Seq <= last {
						slog.DebugContext(ctx, "projector: duplicate", "topic", topic, "seq", ev.Seq)
						continue
					}
					if err := p.apply(ctx, ev); err != nil {
						return fmt.Errorf("%s: event %d: %w", topic, ev.Seq, err)
					}
					last = ev.Seq
				}
			}
		})
	}
	return g.Wait()
}

// want-rule (c): nothing ends the Accept when the context does
func (s *Server) Listen(ctx context.Context, addr string) (err error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer ln.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(256)
	defer func() {
		cancel()
		err = errors.Join(err, g.Wait())
	}()
	for ctx.Err() == nil {
		conn, err := ln.Accept()
		if err != nil {
			return fmt.Errorf("accept: %w", err)
		}
		g.Go(func() error {
			defer conn.Close()
			if err := s.serve(ctx, conn); err != nil {
				return fmt.Errorf("%s: %w", conn.RemoteAddr(), err)
			}
			return nil
		})
	}
	return context.Cause(ctx)
}

// fine: the end of the context closes the listener, which ends the Accept
func (s *Server) ListenOK(ctx context.Context, addr string) (err error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer ln.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(256)
	defer func() {
		cancel()
		err = errors.Join(err, g.Wait())
	}()
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	for ctx.Err() == nil {
		conn, err := ln.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return fmt.Errorf("accept: %w", err)
		}
		g.Go(func() error {
			defer conn.Close()
			if err := s.serve(ctx, conn); err != nil {
				return fmt.Errorf("%s: %w", conn.RemoteAddr(), err)
			}
			return nil
		})
	}
	return context.Cause(ctx)
}

// want-rule (c): the lock on the file is waited for in a system call that no cancellation ends
func (d *Dir) Update(ctx context.Context, fn func(ctx context.Context, dir string) error) (err error) {
	lock, err := os.OpenFile(filepath.Join(d.path, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	defer lock.Close()
	for {
		err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX)
		if err == nil {
			break
		}
		if !errors.Is(err, syscall.EINTR) {
			return fmt.Errorf("lock %s: %w", d.path, err)
		}
	}
	defer func() {
		err = errors.Join(err, syscall.Flock(int(lock.Fd()), syscall.LOCK_UN))
	}()
	return fn(ctx, d.path)
}

// fine: the lock is only tried, and between two trials the context is looked at
func (d *Dir) UpdateOK(ctx context.Context, fn func(ctx context.Context, dir string) error) (err error) {
	lock, err := os.OpenFile(filepath.Join(d.path, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	defer lock.Close()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			break
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return fmt.Errorf("lock %s: %w", d.path, err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	defer func() {
		err = errors.Join(err, syscall.Flock(int(lock.Fd()), syscall.LOCK_UN))
	}()
	return fn(ctx, d.path)
}
