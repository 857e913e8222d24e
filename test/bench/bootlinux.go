package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	linuxguest "skerry/test/serve/rivals/guest"
)

// linuxPackage is Debian's name of its present kernel; the package it depends on holds the kernel.
const linuxPackage = "linux-image-amd64"

// linux is what a Linux guest boots from.
type linux struct {
	release   string // of the kernel
	bzImage   string // the kernel as distributed, compressed
	vmlinux   string // the same kernel without its own decompressor
	initramfs string
	clock     string // argument that spares it the measurement of the clock
}

// findLinux returns Debian's kernel, from the cache folder if it was fetched before, and an
// initramfs with one program, made in the folder of the guest.
func findLinux(g *guest) (*linux, error) {
	folder, err := cacheFolder()
	if err != nil {
		return nil, err
	}
	l := &linux{initramfs: filepath.Join(g.folder, "initramfs"), clock: clockArgument()}
	if l.bzImage, err = kernelIn(folder); err != nil {
		if err = fetchLinux(folder); err != nil {
			return nil, err
		}
		if l.bzImage, err = kernelIn(folder); err != nil {
			return nil, err
		}
	}
	l.release = strings.TrimPrefix(filepath.Base(l.bzImage), "vmlinuz-")
	l.vmlinux = filepath.Join(g.folder, "vmlinux")
	if err := unpackKernel(l.bzImage, l.vmlinux); err != nil {
		return nil, err
	}
	init, err := os.ReadFile(g.program)
	if err != nil {
		return nil, err
	}
	return l, os.WriteFile(l.initramfs, initramfs(init, nil), 0o644)
}

// clockArgument tells a guest how fast the processor's clock is. On a host that has other work,
// Linux often fails to measure that against the only timer of a microvm, and then waits for
// ticks that never come. Measuring would take it longer.
func clockArgument() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		var megahertz float64
		name, value, _ := strings.Cut(line, ":")
		if strings.TrimSpace(name) == "cpu MHz" {
			if _, err := fmt.Sscan(value, &megahertz); err == nil {
				return fmt.Sprintf("tsc_early_khz=%.0f", megahertz*1000)
			}
		}
	}
	return ""
}

// kernelIn returns the kernel of an unpacked package.
func kernelIn(folder string) (string, error) {
	found, err := filepath.Glob(filepath.Join(folder, "boot", "vmlinuz-*"))
	if err == nil && len(found) != 1 {
		err = fmt.Errorf("bench: %d kernels in %s/boot: want one", len(found), folder)
	}
	if err != nil {
		return "", err
	}
	return found[0], nil
}

// fetchLinux downloads the package of the present kernel and unpacks it into a folder. It needs no
// root, and installs nothing.
func fetchLinux(folder string) error {
	text, err := exec.Command("apt-cache", "depends", "--important", linuxPackage).Output()
	if err != nil {
		return fmt.Errorf("bench: apt-cache: %w: want Debian's tools, to get its kernel", err)
	}
	_, rest, ok := strings.Cut(string(text), "Depends: ")
	name, _, _ := strings.Cut(rest, "\n")
	if !ok {
		return fmt.Errorf("bench: apt-cache knows no package %s: want Debian's", linuxPackage)
	}
	if err := errors.Join(os.RemoveAll(folder), os.MkdirAll(folder, 0o755)); err != nil {
		return err
	}
	download := exec.Command("apt-get", "download", "-qq", name)
	download.Dir = folder
	if text, err := download.CombinedOutput(); err != nil {
		return fmt.Errorf("bench: apt-get download %s: %w: %s", name, err, text)
	}
	packages, err := filepath.Glob(filepath.Join(folder, "*.deb"))
	if err != nil || len(packages) != 1 {
		return fmt.Errorf("bench: %d packages in %s, error %v: want one", len(packages), folder,
			err)
	}
	if text, err := exec.Command("dpkg", "-x", packages[0], folder).CombinedOutput(); err != nil {
		return fmt.Errorf("bench: dpkg -x: %w: %s", err, text)
	}
	return errors.Join(os.Remove(packages[0]), keepModules(folder))
}

// linuxModules are the drivers of a network card of QEMU's, in the order in which they are loaded.
var linuxModules = []string{"net/core/failover", "drivers/net/net_failover",
	"drivers/virtio/virtio_ring", "drivers/virtio/virtio", "drivers/virtio/virtio_mmio",
	"drivers/net/virtio_net"}

// keepModules removes all modules of an unpacked package but these: they would fill the cache for
// nothing.
func keepModules(folder string) error {
	kept := filepath.Join(folder, "modules")
	if err := os.MkdirAll(kept, 0o755); err != nil {
		return err
	}
	for i, name := range linuxModules {
		pattern := filepath.Join(folder, "lib", "modules", "*", "kernel", name+".ko*")
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) != 1 {
			return fmt.Errorf("bench: %d modules %s, error %v: want one", len(found), pattern, err)
		}
		to := fmt.Sprintf("%d-%s", i, filepath.Base(name))
		if err := os.Rename(found[0], filepath.Join(kept, to)); err != nil {
			return err
		}
	}
	return os.RemoveAll(filepath.Join(folder, "lib"))
}

// cacheFolder is where the kernel is kept.
func cacheFolder() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("bench: a folder for Linux: %w", err)
	}
	return filepath.Join(cache, "skerry", "linux"), nil
}

// modules returns the kept modules by their names.
func modules() (map[string][]byte, error) {
	folder, err := cacheFolder()
	if err != nil {
		return nil, err
	}
	pattern := filepath.Join(folder, "modules", "*")
	found, err := filepath.Glob(pattern)
	if len(found) < len(linuxModules) {
		if err := fetchLinux(folder); err != nil {
			return nil, err
		}
		found, err = filepath.Glob(pattern)
	}
	all := map[string][]byte{}
	for _, file := range found {
		if all[filepath.Base(file)], err = os.ReadFile(file); err != nil {
			return nil, err
		}
	}
	return all, err
}

// Where a bzImage says that its compressed kernel is. Linux, Documentation/arch/x86/boot.rst.
const (
	setupSectors  = 0x1f1
	payloadOffset = 0x248
	payloadLength = 0x24c
	headerEnd     = 0x250
	sectorBytes   = 512
)

// unpackers write the kernel to standard output, by what its compressed form begins with.
var unpackers = []struct {
	magic   string
	command []string
}{
	{"\xfd7zXZ\x00", []string{"xz", "-dc", "--single-stream"}},
	{"\x28\xb5\x2f\xfd", []string{"zstd", "-dcq"}},
	{"\x1f\x8b", []string{"gzip", "-dc"}},
}

// unpackKernel writes the kernel in a bzImage to a file. What follows the compressed form, its
// length, is more than the unpackers want.
func unpackKernel(bzImage, output string) error {
	image, err := os.ReadFile(bzImage)
	if err != nil {
		return err
	}
	if len(image) < headerEnd {
		return fmt.Errorf("bench: %s of %d bytes: want a bzImage", bzImage, len(image))
	}
	start := (uint64(image[setupSectors])+1)*sectorBytes +
		uint64(binary.LittleEndian.Uint32(image[payloadOffset:]))
	size := uint64(binary.LittleEndian.Uint32(image[payloadLength:]))
	if start+size > uint64(len(image)) || size < 4 {
		return fmt.Errorf("bench: %s: payload of %d bytes at %d: want one inside", bzImage, size,
			start)
	}
	payload := image[start : start+size-4]
	for _, u := range unpackers {
		if !bytes.HasPrefix(payload, []byte(u.magic)) {
			continue
		}
		unpack := exec.Command(u.command[0], u.command[1:]...)
		unpack.Stdin = bytes.NewReader(payload)
		text, err := unpack.Output()
		if err != nil {
			return fmt.Errorf("bench: unpack %s: %s: %w", bzImage, u.command[0], err)
		}
		return os.WriteFile(output, text, 0o644)
	}
	return fmt.Errorf("bench: %s: payload begins with % x: want xz, zstd or gzip", bzImage,
		payload[:4])
}

// Modes of files, as in an initramfs.
const (
	modeFolder  = 0o040755
	modeDevice  = 0o020600
	modeProgram = 0o100755
	modeFile    = 0o100644
)

// initramfs returns an archive with a console, the program /init, and modules by their names.
// Linux, Documentation/driver-api/early-userspace/buffer-format.rst.
func initramfs(init []byte, modules map[string][]byte) []byte {
	var b bytes.Buffer
	entry := func(name string, mode, major, minor int, content []byte) {
		fmt.Fprintf(&b, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\x00",
			0, mode, 0, 0, 1, 0, len(content), 0, 0, major, minor, len(name)+1, 0, name)
		pad(&b)
		b.Write(content)
		pad(&b)
	}
	entry("dev", modeFolder, 0, 0, nil)
	entry("dev/console", modeDevice, 5, 1, nil)
	entry("init", modeProgram, 0, 0, init)
	if len(modules) > 0 {
		entry(linuxguest.Modules[1:], modeFolder, 0, 0, nil)
	}
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		entry(linuxguest.Modules[1:]+"/"+name, modeFile, 0, 0, modules[name])
	}
	entry("TRAILER!!!", 0, 0, 0, nil)
	return b.Bytes()
}

// pad fills up to a multiple of 4 bytes.
func pad(b *bytes.Buffer) {
	for b.Len()%4 != 0 {
		b.WriteByte(0)
	}
}
