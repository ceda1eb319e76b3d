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

func failsAndGivesBack(ctx context.Context, f func(context.Context) error, release func(context.Context)) error {
	if err := f(ctx); err != nil {
		release(context.TODO())
		return err
	}
	return nil
}

func closes(ctx context.Context, stop func(context.Context) error) error {
	return stop(context.Background())
}
