package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// Machine is where the numbers were measured, as far as the system tells.
type Machine struct {
	CPU      string   `json:"cpu,omitempty"`
	Cores    int      `json:"cores"`
	Caches   []string `json:"caches,omitempty"`
	Memory   string   `json:"memory,omitempty"`
	System   string   `json:"system"`
	Governor string   `json:"governor,omitempty"`
	Go       string   `json:"go"`
	Virtual  bool     `json:"virtual,omitempty"`
}

func thisMachine() Machine {
	m := Machine{Cores: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version()}
	info := fields("/proc/cpuinfo")
	m.CPU = info["model name"]
	if family := info["cpu family"]; family != "" {
		m.CPU += fmt.Sprintf(" (family %s, model %s)", family, info["model"])
	}
	m.Virtual = strings.Contains(" "+info["flags"]+" ", " hypervisor ")
	if kb, err := strconv.Atoi(strings.TrimSuffix(fields("/proc/meminfo")["MemTotal"], " kB")); err == nil {
		m.Memory = fmt.Sprintf("%.1f GiB", float64(kb)/(1<<20))
	}
	const cpu = "/sys/devices/system/cpu/cpu0/"
	caches, _ := filepath.Glob(cpu + "cache/index*")
	for _, dir := range caches {
		if kind := line(dir + "/type"); kind != "" && kind != "Instruction" {
			m.Caches = append(m.Caches, fmt.Sprintf("L%s %s", line(dir+"/level"), line(dir+"/size")))
		}
	}
	m.Governor = line(cpu + "cpufreq/scaling_governor")
	return m
}

// fields reads a file of lines "name: value"; the first of a name counts.
func fields(path string) map[string]string {
	found := map[string]string{}
	text, _ := os.ReadFile(path)
	for l := range strings.Lines(string(text)) {
		name, value, ok := strings.Cut(l, ":")
		name = strings.TrimSpace(name)
		if _, seen := found[name]; ok && !seen {
			found[name] = strings.TrimSpace(value)
		}
	}
	return found
}

func line(path string) string {
	text, _ := os.ReadFile(path)
	return strings.TrimSpace(string(text))
}

// peakRSS returns the largest memory that a process held so far: its number, or
// "self".
func peakRSS(process string) (int64, error) {
	kb, err := strconv.ParseInt(strings.TrimSuffix(fields("/proc/" + process + "/status")["VmHWM"], " kB"), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("this system does not tell a process's peak of memory")
	}
	return kb << 10, nil
}
