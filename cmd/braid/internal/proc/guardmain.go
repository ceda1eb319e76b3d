//go:build unix

package proc

import (
	"bufio"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// Guard turns the process into the guard if it was started as one, and does
// not return then. A program that uses a [Keeper] calls it first in main.
func Guard() {
	if len(os.Args) != 2 || os.Args[0] != guardName {
		return
	}
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	groups, orderly := listen(os.NewFile(3, "keeper"))
	if !orderly {
		sweep(os.Args[1], groups)
	}
	syscall.Exit(0) // there is nothing to clean up
}

// listen follows the keeper until it says goodbye or dies.
func listen(pipe *os.File) (groups map[int]bool, orderly bool) {
	groups = make(map[int]bool)
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		line := lines.Text()
		if line == "q" {
			return groups, true
		}
		pid, err := strconv.Atoi(line[min(1, len(line)):])
		if err != nil || pid <= 1 {
			continue
		}
		if line[0] == '+' {
			groups[pid] = true
		} else {
			delete(groups, pid)
		}
	}
	return groups, false
}

// sweep kills until there is nothing left to kill: a process may be forking
// at the very moment, so one look is not enough.
func sweep(id string, groups map[int]bool) {
	const rounds, pause = 200, 5 * time.Millisecond
	clean := 0
	for range rounds {
		found := killMarked(id)
		for pid := range groups {
			if syscall.Kill(-pid, syscall.SIGKILL) != nil {
				delete(groups, pid)
			} else {
				found = true
			}
		}
		if found {
			clean = 0
		} else if clean++; clean == 3 {
			return
		}
		time.Sleep(pause)
	}
}
