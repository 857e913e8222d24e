package kv

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"skerry/kernel"
)

// options are the app's arguments.
type options struct {
	cores      []kernel.CoreID // that run kv
	spares     int             // of these, at the end
	port       int
	bytesMax   int64 // of each shard
	clientsMax int   // on each core
}

// parse returns the options. All cores have the same.
func parse(args []string, all []kernel.CoreID) (o options, err error) {
	o.cores, o.bytesMax = all, bytesMaxDefault
	f := flag.NewFlagSet("kv", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.IntVar(&o.port, "port", portDefault, "")
	f.IntVar(&o.spares, "spares", 0, "")
	f.IntVar(&o.clientsMax, "maxclients", clientsMaxDefault, "")
	f.Func("maxmemory", "", func(text string) (err error) {
		o.bytesMax, err = parseBytes(text)
		return err
	})
	f.Func("cores", "", func(text string) (err error) {
		o.cores, err = parseCores(text, all)
		return err
	})
	if err := f.Parse(args); err != nil {
		return o, fmt.Errorf("kv: %w", err)
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("kv: argument %q: want only flags", f.Arg(0))
	case o.clientsMax < 1 || o.port < 1 || o.port > 65535:
		return o, fmt.Errorf("kv: --maxclients %d --port %d: want 1 or more, and a port",
			o.clientsMax, o.port)
	case o.spares < 0 || o.spares >= len(o.cores):
		return o, fmt.Errorf("kv: --spares %d of %d cores: want 0 or more, and a core that is "+
			"none", o.spares, len(o.cores))
	case len(o.cores) > shardsMax:
		return o, fmt.Errorf("kv: %d cores: want at most %d", len(o.cores), shardsMax)
	}
	return o, nil
}

// parseBytes reads an amount of memory as Redis does: "100mb", "1gb", or a number of bytes.
func parseBytes(text string) (int64, error) {
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	shift, ok := units[strings.ToLower(text[len(digits):])]
	n, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || n < 1 || n > bytesMaxMax>>shift {
		return 0, fmt.Errorf("memory of %q: want such as 100mb, at most %d bytes", text,
			int64(bytesMaxMax))
	}
	return n << shift, nil
}

// units are how many bits further left an amount stands.
var units = map[string]uint{"": 0, "b": 0, "kb": 10, "mb": 20, "gb": 30}

// parseCores reads "0-2,5", which must be some of all cores.
func parseCores(text string, all []kernel.CoreID) (cores []kernel.CoreID, err error) {
	for part := range strings.SplitSeq(text, ",") {
		low, high, isRange := strings.Cut(part, "-")
		if !isRange {
			high = low
		}
		first, err1 := strconv.ParseUint(low, 10, 16)
		last, err2 := strconv.ParseUint(high, 10, 16)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("cores %q: %w: want such as 0-2,5", text, err)
		}
		for i := first; i <= last; i++ {
			core := kernel.MakeCoreID(all[0].Machine(), uint16(i))
			if !slices.Contains(all, core) || slices.Contains(cores, core) {
				return nil, fmt.Errorf("cores %q: %v is not there, or twice: want some of %v",
					text, core, all)
			}
			cores = append(cores, core)
		}
	}
	return cores, nil
}
