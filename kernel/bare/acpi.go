package main

import "skerry/kernel/layout"

// startInfo is where the loader's start information has what is needed. Xen, public/arch-x86/hvm/
// start_info.h.
const (
	startMagic       = 0x336e_c578
	startCommand     = 24
	startRSDP        = 32
	startMap         = 40
	startMapEntries  = 48
	mapEntryBytes    = 24
	mapEntrySize     = 8
	mapEntryType     = 16
	mapEntryTypeRAM  = 1
	tableLength      = 4
	tableEntries     = 36
	rsdpRevision     = 15
	rsdpRSDT         = 16
	rsdpXSDT         = 24
	madtEntries      = 44
	madtLocal        = 0 // types of entries
	madtLocalX2      = 9
	madtUsable       = 3 // enabled, or can be
	signatureMADT    = 'A' | 'P'<<8 | 'I'<<16 | 'C'<<24
	signatureMCFG    = 'M' | 'C'<<8 | 'F'<<16 | 'G'<<24
	mcfgBase         = 44 // of the first segment; PCI Firmware Specification 3.0, 4.1.2
	mcfgFirst        = mcfgBase + 10
	mcfgLast         = mcfgBase + 11
	firmwareSelect   = 0x510 // QEMU, docs/specs/fw_cfg
	firmwareValue    = 0x511
	firmwareCPUCount = 5
)

// memoryIn tells how much memory there is from start to end.
func memoryIn(info, start, end uint64) uint64 {
	table, entries := read64(info+startMap), read32(info+startMapEntries)
	there := uint64(0)
	for i := range min(entries, mapEntriesMax) {
		entry := table + i*mapEntryBytes
		from := read64(entry)
		to := min(from+read64(entry+mapEntrySize), end)
		from = max(from, start)
		if read32(entry+mapEntryType) == mapEntryTypeRAM && from < to {
			there += to - from
		}
	}
	return there
}

// findCores puts the local APIC ids of all processors into the commons, this one's first, and
// returns how many there are. ACPI specification 6.5, 5.2.5 to 5.2.12.
func findCores(info uint64) uint64 {
	local := &commons().Local
	local[0] = localID() + 1
	count := uint64(1)
	table := findTable(read64(info+startRSDP), signatureMADT)
	if table == 0 {
		return coresByFirmware()
	}
	end := table + min(read32(table+tableLength), madtBytesMax)
	for at := table + madtEntries; at < end; at += max(read8(at+1), 2) {
		id, flags := read8(at+3), read32(at+4)
		switch read8(at) {
		case madtLocalX2:
			id, flags = read32(at+4), read32(at+8)
		case madtLocal:
		default:
			continue
		}
		if flags&madtUsable == 0 || id+1 == local[0] {
			continue
		}
		if count < layout.CoresMax {
			local[count] = id + 1
		}
		count++
	}
	return count
}

// findTable returns the address of the table with a signature; 0 if there is none.
func findTable(rsdp, signature uint64) uint64 {
	if rsdp == 0 {
		return 0
	}
	root, width := read32(rsdp+rsdpRSDT), uint64(4)
	if read8(rsdp+rsdpRevision) >= 2 && read64(rsdp+rsdpXSDT) != 0 {
		root, width = read64(rsdp+rsdpXSDT), 8
	}
	end := root + min(read32(root+tableLength), madtBytesMax)
	for at := root + tableEntries; at < end; at += width {
		table := read32(at)
		if width == 8 {
			table = read64(at)
		}
		if read32(table) == signature {
			return table
		}
	}
	return 0
}

// coresByFirmware asks QEMU for the number of processors, whose ids it counts from 0.
func coresByFirmware() uint64 {
	out16(firmwareSelect, firmwareCPUCount)
	count := uint64(in8(firmwareValue))
	count |= uint64(in8(firmwareValue)) << 8
	for i := range min(count, layout.CoresMax) {
		commons().Local[i] = i + 1
	}
	return max(count, 1)
}

// fixedAt is the physical page that is mapped at layout.FixedPage.
var fixedAt uint64

// read8 reads a byte of physical memory, whatever lies there.
func read8(at uint64) uint64 {
	if page := at &^ (layout.PageBytes - 1); page != fixedAt {
		mapFixed(page)
	}
	return fixedByte(at % layout.PageBytes)
}

// load32 reads a register of a device, wherever it is, which must be done at once.
func load32(at uint64) uint64 { return uint64(*fixedWord(at)) }

// store32 writes a register of a device. The page is uncached, since processors start with no other
// kind of memory where there is no RAM (Intel SDM volume 3, 12.11).
func store32(at, value uint64) { *fixedWord(at) = uint32(value) }

func read32(at uint64) uint64 {
	return read8(at) | read8(at+1)<<8 | read8(at+2)<<16 | read8(at+3)<<24
}

func read64(at uint64) uint64 { return read32(at) | read32(at+4)<<32 }
