package i

import (
	"context"

	"github.com/braid-go/braid"
)

// want-rule (i): a task for each row of a table that may be of any size
func (m *Mailer) SendPending(ctx context.Context) error {
	rows, err := m.db.QueryContext(ctx, "SELECT address FROM mails WHERE sent IS NULL")
	if err != nil {
		return err
	}
	defer rows.Close()
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for rows.Next() {
			if err := ctx.Err(); err != nil {
				return err
			}
			var to string
			if err := rows.Scan(&to); err != nil {
				return err
			}
			g.Go(func(ctx context.Context) error { return m.send(ctx, to) })
		}
		return rows.Err()
	}, braid.Name("mails"))
}

// fine: the rows are read no faster than eight tasks can send
func (m *Mailer) SendPendingOK(ctx context.Context) error {
	rows, err := m.db.QueryContext(ctx, "SELECT address FROM mails WHERE sent IS NULL")
	if err != nil {
		return err
	}
	defer rows.Close()
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for rows.Next() {
			var to string
			if err := rows.Scan(&to); err != nil {
				return err
			}
			err := g.GoWait(ctx, func(ctx context.Context) error { return m.send(ctx, to) })
			if err != nil {
				return err
			}
		}
		return rows.Err()
	}, braid.Name("mails"), braid.Limit(8))
}

// want-rule (i): Each without a limit starts all recipients of a list at once
func (m *Mailer) SendToList(ctx context.Context, list string) error {
	rows, err := m.db.QueryContext(ctx, "SELECT address FROM members WHERE list = $1", list)
	if err != nil {
		return err
	}
	defer rows.Close()
	var members []string
	for rows.Next() {
		var to string
		if err := rows.Scan(&to); err != nil {
			return err
		}
		members = append(members, to)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return braid.Each(ctx, members, m.send, braid.Name(list))
}

// fine: twelve recipients at a time
func (m *Mailer) SendToListOK(ctx context.Context, list string) error {
	rows, err := m.db.QueryContext(ctx, "SELECT address FROM members WHERE list = $1", list)
	if err != nil {
		return err
	}
	defer rows.Close()
	var members []string
	for rows.Next() {
		var to string
		if err := rows.Scan(&to); err != nil {
			return err
		}
		members = append(members, to)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return braid.Each(ctx, members, m.send, braid.Name(list), braid.Limit(12))
}
