package main

import (
	"bufio"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

// This file asks the system for its processor and its memory. Where it does not
// know how, it says so by what it gives: the architecture, and zero.

// processor gives the model of the processor.
func processor() string {
	name := field("/proc/cpuinfo", "model name")
	if name == "" && runtime.GOOS == "darwin" {
		out, _ := exec.Command("sysctl", "-n", "machdep.cpu.brand_string").Output()
		name = strings.TrimSpace(string(out))
	}
	if name == "" {
		return "processor " + runtime.GOARCH
	}
	return name
}

// available gives the bytes of memory that are free, 0 if that is not known.
func available() int {
	number, _, _ := strings.Cut(field("/proc/meminfo", "MemAvailable"), " ")
	kB, _ := strconv.Atoi(number)
	free := kB * 1024
	// A container may have less than the machine.
	limit, used := numberIn("/sys/fs/cgroup/memory.max"), numberIn("/sys/fs/cgroup/memory.current")
	if limit > 0 && (free == 0 || limit-used < free) {
		free = limit - used
	}
	return free
}

// field gives what stands behind the colon in the first line of a file that
// begins with a name.
func field(file, name string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// numberIn gives the number that a file consists of, 0 if there is none.
func numberIn(file string) int {
	text, _ := os.ReadFile(file)
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return n
}
