package c

import (
	"context"
	"fmt"
	"time"
)

// want-rule (c): the query, a scan of the whole table, is sent without the context
func (s *SessionStore) ReapExpired(ctx context.Context, before time.Time) (n int, err error) {
	rows, err := s.db.Query(`SELECT id FROM sessions WHERE last_seen < $1`, before)
	if err != nil {
		return 0, fmt.Errorf("find expired sessions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return n, err
		}
		if _, err := s.db.ExecContext(ctx, `DELETE FROM sessions WHERE id = $1`, id); err != nil {
			return n, fmt.Errorf("delete session %s: %w", id, err)
		}
		n++
	}
	return n, rows.Err()
}

// fine: query and deletions have the context
func (s *SessionStore) ReapExpiredOK(ctx context.Context, before time.Time) (n int, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id FROM sessions WHERE last_seen < $1`, before)
	if err != nil {
		return 0, fmt.Errorf("find expired sessions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return n, err
		}
		if _, err := s.db.ExecContext(ctx, `DELETE FROM sessions WHERE id = $1`, id); err != nil {
			return n, fmt.Errorf("delete session %s: %w", id, err)
		}
		n++
	}
	return n, rows.Err()
}
