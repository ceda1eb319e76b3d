package d

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
)

// part of Count: ends what the query has open
func finish(rows *sql.Rows, tx *sql.Tx) error {
	return errors.Join(rows.Close(), tx.Rollback())
}

// want-rule (d): finish gives a join, which is never equal to sql.ErrTxDone, even if that is all that is in it
func (s *Store) Count(ctx context.Context, query string) (n int, err error) {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return 0, err
	}
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return 0, errors.Join(err, tx.Rollback())
	}
	for rows.Next() {
		n++
	}
	err = rows.Err()
	if ferr := finish(rows, tx); ferr != nil && ferr != sql.ErrTxDone {
		err = errors.Join(err, ferr)
	}
	return n, err
}

// part of CountOK: ends what the query has open
func finishOK(rows *sql.Rows, tx *sql.Tx) error {
	err := tx.Rollback()
	if err == sql.ErrTxDone {
		err = nil
	}
	return errors.Join(rows.Close(), err)
}

// fine: the error of Rollback is compared before it is joined
func (s *Store) CountOK(ctx context.Context, query string) (n int, err error) {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return 0, err
	}
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return 0, errors.Join(err, tx.Rollback())
	}
	for rows.Next() {
		n++
	}
	err = rows.Err()
	if ferr := finishOK(rows, tx); ferr != nil {
		err = errors.Join(err, ferr)
	}
	return n, err
}

// want-rule (d): if a cancellation is in the join the errors of Flush and Close beside it are overwritten
func Backup(ctx context.Context, path string, src io.Reader) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	w := bufio.NewWriter(f)
	defer func() {
		err = errors.Join(err, w.Flush(), f.Close())
		if errors.Is(err, context.Canceled) {
			err = context.Canceled
		}
	}()
	if err := copyTo(ctx, w, src); err != nil {
		return fmt.Errorf("backup to %s: %w", path, err)
	}
	return nil
}

// fine: if a cancellation is in the join the words differ, and the join is wrapped as a whole
func BackupOK(ctx context.Context, path string, src io.Reader) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	w := bufio.NewWriter(f)
	defer func() {
		err = errors.Join(err, w.Flush(), f.Close())
		if errors.Is(err, context.Canceled) {
			err = fmt.Errorf("backup interrupted: %w", err)
		}
	}()
	if err := copyTo(ctx, w, src); err != nil {
		return fmt.Errorf("backup to %s: %w", path, err)
	}
	return nil
}

// want-rule (d): os.IsNotExist does not look into a join, so segments that are gone already make an error of it
func DropSegment(path string) error {
	err := errors.Join(
		os.Remove(path+".log"),
		os.Remove(path+".index"),
		os.Remove(path+".time"),
	)
	if err == nil || os.IsNotExist(err) {
		return nil
	}
	return fmt.Errorf("drop segment: %w", err)
}

// fine: os.IsNotExist is asked about the error of each Remove
func DropSegmentOK(path string) error {
	var errs []error
	for _, ext := range [...]string{".log", ".index", ".time"} {
		err := os.Remove(path + ext)
		if err == nil || os.IsNotExist(err) {
			continue
		}
		errs = append(errs, fmt.Errorf("drop segment: %w", err))
	}
	return errors.Join(errs...)
}

// want-rule (d): errors.AsType gives the first of the fields that are wrong, and the others are not marked
func (c *Config) Wrong() (fields []string, err error) {
	err = errors.Join(c.checkListen(), c.checkTLS(), c.checkLimits())
	if fe, ok := errors.AsType[*FieldError](err); ok {
		fields = append(fields, fe.Field)
	}
	return fields, err
}

// fine: errors.AsType is asked of the error of each check
func (c *Config) WrongOK() (fields []string, err error) {
	for _, check := range []func() error{c.checkListen, c.checkTLS, c.checkLimits} {
		cerr := check()
		if fe, ok := errors.AsType[*FieldError](cerr); ok {
			fields = append(fields, fe.Field)
		}
		err = errors.Join(err, cerr)
	}
	return fields, err
}
