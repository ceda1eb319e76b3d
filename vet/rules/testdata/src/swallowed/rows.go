// Loops over what comes one by one.

package swallowed

import (
	"bufio"
	"context"
	"database/sql"
	"iter"
	"log"
	"net/http"
	"os"
)

func names(ctx context.Context, db *sql.DB) ([]string, error) {
	rows, err := db.QueryContext(ctx, "select name from users")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() { // want `nobody asks rows.Err which it was`
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		all = append(all, name)
	}
	return all, nil
}

type scanner interface{ Scan(...any) error }

func scanOne(s scanner) (name string, err error) { err = s.Scan(&name); return name, err }

func scanRow(r *sql.Rows) (name string, err error) { err = r.Scan(&name); return name, err }

func scanLast(r *sql.Rows) (name string, err error) {
	if err := r.Scan(&name); err != nil {
		return "", err
	}
	return name, r.Err()
}

func namesBy(ctx context.Context, db *sql.DB) (all []string, err error) {
	rows, err := db.QueryContext(ctx, "select name from users")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() { // want `nobody asks rows.Err which it was`
		name, err := scanOne(rows)
		if err != nil {
			return nil, err
		}
		other, err := scanRow(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, name, other)
	}
	return all, nil
}

type cursor struct{}

func (*cursor) Next(context.Context) bool { return false }
func (*cursor) Err() error                { return nil }
func (*cursor) Text() string              { return "" }

func find(ctx context.Context, open func(string) *cursor) error {
	cur := open("users")
	for cur.Next(ctx) { // want `nobody asks cur.Err which it was`
		log.Print(cur.Text())
	}
	return nil
}

func sequence(ctx context.Context, db *sql.DB) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		rows, err := db.QueryContext(ctx, "select name from users")
		if err != nil {
			yield("", err)
			return
		}
		defer rows.Close()
		for rows.Next() { // want `nobody asks rows.Err which it was`
			if name, err := scanOne(rows); !yield(name, err) {
				return
			}
		}
	}
}

func lines(ctx context.Context, url string) (n int, err error) {
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	sc := bufio.NewScanner(resp.Body)
	for sc.Scan() { // want `nobody asks sc.Err which it was`
		n++
	}
	return n, nil
}

func namesAsked(ctx context.Context, db *sql.DB) (all []string, err error) {
	rows, err := db.QueryContext(ctx, "select name from users")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		name, _ := scanOne(rows)
		all = append(all, name)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return all, nil
}

func namesClosed(ctx context.Context, db *sql.DB) (all []string, err error) {
	rows, err := db.QueryContext(ctx, "select name from users")
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		name, _ := scanOne(rows)
		all = append(all, name)
	}
	if err := rows.Close(); err != nil {
		return nil, err
	}
	return all, nil
}

func namesElsewhere(ctx context.Context, db *sql.DB) (all []string, err error) {
	rows, err := db.QueryContext(ctx, "select name from users")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		name, err := scanLast(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, name)
	}
	return all, nil
}

// The whole of it is in memory.
func fields(ctx context.Context, name string, put func(context.Context, string) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		if err := put(ctx, sc.Text()); err != nil {
			return err
		}
	}
	return nil
}
