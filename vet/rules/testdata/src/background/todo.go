package background

import (
	"context"
	"database/sql"
)

func purges(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(context.TODO(), nil) // want `context.TODO\(\) does not end with ctx`
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "delete"); err != nil {
		return err
	}
	return tx.Commit()
}

func closes(ctx context.Context, stop func(context.Context) error) error {
	return stop(context.Background())
}
