package i

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"net"
	"slices"
	"sync"

	"github.com/braid-go/braid"
)

// want-rule (i): a goroutine for each row of the table
func (m *mailer) newsletter(ctx context.Context) error {
	rows, err := m.db.QueryContext(ctx, "select id, mail from users where subscribed")
	if err != nil {
		return err
	}
	defer rows.Close()
	var wg sync.WaitGroup
	defer wg.Wait()
	for rows.Next() {
		var u user
		if err := rows.Scan(&u.id, &u.mail); err != nil {
			return err
		}
		wg.Go(func() { m.deliver(ctx, u) })
	}
	return rows.Err()
}

// fine: no row is read before there is a slot
func (m *mailer) newsletterOK(ctx context.Context) error {
	rows, err := m.db.QueryContext(ctx, "select id, mail from users where subscribed")
	if err != nil {
		return err
	}
	defer rows.Close()
	slots := make(chan struct{}, 16)
	var wg sync.WaitGroup
	defer wg.Wait()
	for rows.Next() {
		var u user
		if err := rows.Scan(&u.id, &u.mail); err != nil {
			return err
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		wg.Go(func() {
			defer func() { <-slots }()
			m.deliver(ctx, u)
		})
	}
	return rows.Err()
}

// want-rule (i): the slot is taken by the goroutine, so that there are as many as frames
func (gw *gateway) session(ctx context.Context, conn wsConn) error {
	slots := make(chan struct{}, 16)
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		f, err := conn.ReadFrame(ctx)
		if err != nil {
			return err
		}
		wg.Go(func() {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			defer func() { <-slots }()
			gw.handle(ctx, f)
		})
	}
}

// fine: the slot is taken before the goroutine starts
func (gw *gateway) sessionOK(ctx context.Context, conn wsConn) error {
	slots := make(chan struct{}, 16)
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		f, err := conn.ReadFrame(ctx)
		if err != nil {
			return err
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		wg.Go(func() {
			defer func() { <-slots }()
			gw.handle(ctx, f)
		})
	}
}

// want-rule (i): Go never blocks, so all records of the file are tasks at once
func (c *checker) checkCSV(ctx context.Context, in io.Reader) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		r := csv.NewReader(in)
		for {
			rec, err := r.Read()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			g.Go(func(ctx context.Context) error { return c.check(ctx, rec[0]) })
		}
	})
}

// fine: GoWait blocks until the task has its slot
func (c *checker) checkCSVOK(ctx context.Context, in io.Reader) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		r := csv.NewReader(in)
		for {
			rec, err := r.Read()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := g.GoWait(ctx, func(ctx context.Context) error { return c.check(ctx, rec[0]) }); err != nil {
				return err
			}
		}
	}, braid.Limit(16))
}

// want-rule (i): a goroutine for each packet
func (s *statsd) serve(pc net.PacketConn) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	buf := make([]byte, 64<<10)
	for {
		n, from, err := pc.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		line := slices.Clone(buf[:n])
		wg.Go(func() { s.handle(from, line) })
	}
}

// fine: what comes while all are busy is dropped
func (s *statsd) serveOK(pc net.PacketConn) error {
	busy := make(chan struct{}, 32)
	var wg sync.WaitGroup
	defer wg.Wait()
	buf := make([]byte, 64<<10)
	for {
		n, from, err := pc.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		line := slices.Clone(buf[:n])
		select {
		case busy <- struct{}{}:
			wg.Go(func() {
				defer func() { <-busy }()
				s.handle(from, line)
			})
		default:
			s.dropped.Add(1)
		}
	}
}
