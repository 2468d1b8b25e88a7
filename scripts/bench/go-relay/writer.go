package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v4"
)

const (
	batchRows    = 512
	waitingRows  = 8192
	batchTimeout = 10 * time.Second
)

const createTable = `
CREATE TABLE IF NOT EXISTS calls (
    id uuid PRIMARY KEY, at timestamptz NOT NULL, caller text NOT NULL, app text NOT NULL, method text NOT NULL,
    outcome text NOT NULL, status integer NOT NULL, duration_us bigint NOT NULL, request text NOT NULL,
    response text NOT NULL
)`

const copyRows = `COPY calls (id, at, caller, app, method, outcome, status, duration_us, request, response) FROM STDIN`

// row is one call in the table `calls`.
type row struct {
	id, caller, app, method, outcome, request, response string
	at                                                  time.Time
	status                                              int
	duration                                            time.Duration
}

// waiting is a row with the place where its caller waits for the commit.
type waiting struct {
	row  row
	done chan error
}

// writer commits rows in groups: the rows that arrive during one commit go into the next one, by COPY.
type writer struct {
	url        string
	queue      chan waiting
	ended      chan struct{}
	connection *pgx.Conn
}

// startWriter connects, creates the table, and starts the goroutine that writes.
func startWriter(ctx context.Context, url string) (*writer, error) {
	writer := &writer{url: url, queue: make(chan waiting, waitingRows), ended: make(chan struct{})}
	connection, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	writer.connection = connection
	if _, err := connection.Exec(ctx, createTable); err != nil {
		return nil, err
	}
	go writer.run()
	return writer, nil
}

// write returns once the row is durable.
func (writer *writer) write(ctx context.Context, row row) error {
	done := make(chan error, 1)
	select {
	case writer.queue <- waiting{row, done}:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop writes what waits and ends the goroutine. No write may follow.
func (writer *writer) stop() {
	close(writer.queue)
	<-writer.ended
}

func (writer *writer) run() {
	defer close(writer.ended)
	var text bytes.Buffer
	batch := make([]waiting, 0, batchRows)
	for first := range writer.queue {
		batch = append(batch[:0], first)
		batch = writer.collect(batch)
		text.Reset()
		for _, each := range batch {
			each.row.appendText(&text)
		}
		err := writer.copy(&text, int64(len(batch)))
		for _, each := range batch {
			each.done <- err
		}
	}
}

// collect adds the rows that wait already.
func (writer *writer) collect(batch []waiting) []waiting {
	for len(batch) < batchRows {
		select {
		case next, open := <-writer.queue:
			if !open {
				return batch
			}
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// copy is one transaction. A connection that failed is replaced before the next batch.
func (writer *writer) copy(text *bytes.Buffer, rows int64) error {
	ctx, cancel := context.WithTimeout(context.Background(), batchTimeout)
	defer cancel()
	if writer.connection == nil || writer.connection.IsClosed() {
		connection, err := pgx.Connect(ctx, writer.url)
		if err != nil {
			return errors.New("could not connect to PostgreSQL")
		}
		writer.connection = connection
	}
	tag, err := writer.connection.PgConn().CopyFrom(ctx, text, copyRows)
	if err != nil {
		return err
	}
	if tag.RowsAffected() != rows {
		return fmt.Errorf("%d of %d rows were written", tag.RowsAffected(), rows)
	}
	return nil
}

var escapes = strings.NewReplacer("\\", "\\\\", "\t", "\\t", "\n", "\\n", "\r", "\\r")

// appendText adds a line in the text format of COPY.
func (row row) appendText(text *bytes.Buffer) {
	columns := []string{
		row.id, row.at.UTC().Format(time.RFC3339Nano), row.caller, row.app, row.method, row.outcome,
		strconv.Itoa(row.status), strconv.FormatInt(row.duration.Microseconds(), 10), row.request, row.response,
	}
	for index, column := range columns {
		if index > 0 {
			text.WriteByte('\t')
		}
		// Writes to a bytes.Buffer do not fail.
		_, _ = escapes.WriteString(text, column)
	}
	text.WriteByte('\n')
}
