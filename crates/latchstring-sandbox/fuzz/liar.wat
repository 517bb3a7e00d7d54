;; A guest that lies: exports and memory as the real one's (`../guest/shim.c`), and behind each export the same
;; interpreter, which goes on with a script. The script is what the host took for a program: pairs of hexadecimal digits
;; behind the wrapper's two lines. What is no such digit ends it.
;;
;;   00 return CODE          03 grow by PAGES        08 wait for the stop word      0d go to the beginning
;;   01 store ADDRESS WORD   04 trap                 09 loop without end            0e check the memory, as below
;;   02 fill ADDRESS LENGTH BYTE                     0a the same, undoing the kill  0f copy TO FROM LENGTH
;;   05 control WORD-NUMBER(1) WORD                  0b recurse without end         10 divide by zero
;;   06 write ADDRESS LENGTH(1) bytes                0c go back COUNT(1) BYTES(1)   11 load ADDRESS
;;   07 call ID PATH-LENGTH ARGUMENT-LENGTH LENGTH(1) bytes                         12 stack pointer WORD
;;   13 let `reserve` run the script, too            14 result LENGTH(1) bytes      15 console LENGTH(1) bytes
;;   16 recurse DEPTH, then trap. Of a length or a depth only the lower 20 or 14 bits count, or it would be all that is done.
;;
;; Words are four bytes, little-endian. 0e is what an honest program does here: it looks at all of the memory, grows it
;; and looks at that, too, and its result is `true` when everything is as it was when the image was made.
(module
  (memory (export "memory") 3)
  (global $sp (export "__stack_pointer") (mut i32) (i32.const 65536))
  (global $control (export "control") i32 (i32.const 1024))
  (table 4 funcref)
  (type $void (func))

  (global $begin (mut i32) (i32.const 0))
  (global $pc (mut i32) (i32.const 0))
  (global $length (mut i32) (i32.const 0))
  (global $ended (mut i32) (i32.const 0))
  (global $rounds (mut i32) (i32.const 0))
  (global $reserve_is_scripted (mut i32) (i32.const 0))

  ;; The control block: where the input is and how much fits, the result, the console, the calls.
  (data (i32.const 1072) "\00\00\01\00\60\ea\00\00\00\10\00\00\04\00\00\00\00\20\00\00\00\00\00\00\00\00\00\00\00\40\00\00")
  (data (i32.const 4096) "null")

  (func (export "init") (result i32)
    (local $at i32)
    (local.set $at (i32.const 131072))
    (loop $next
      (i64.store (local.get $at) (call $pattern (local.get $at)))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 196608))))
    (i32.const 0))

  (func (export "expose") (param $length i32) (result i32)
    (memory.fill (i32.const 65536) (i32.const 0) (local.get $length))
    ;; The image begins anew, too.
    (i32.store (i32.const 0) (i32.const 0))
    (i32.const 0))

  ;; An instance is used for one program after the other, and these globals are not the guest's to keep: where the memory is
  ;; the image again, they begin anew. The first word of the memory tells.
  (func $begin_anew
    (if (i32.load (i32.const 0)) (then (return)))
    (i32.store (i32.const 0) (i32.const 1))
    (global.set $length (i32.const 0))
    (global.set $ended (i32.const 0))
    (global.set $rounds (i32.const 0))
    (global.set $reserve_is_scripted (i32.const 0)))

  (func (export "reserve") (param i32) (result i32)
    (call $begin_anew)
    (if (global.get $reserve_is_scripted) (then (return (call $run))))
    (i32.le_u (local.get 0) (i32.const 60000)))

  (func (export "start") (param $length i32) (result i32)
    (call $begin_anew)
    (global.set $length (local.get $length))
    ;; Behind `(async()=>{`, `"use strict";` and their line ends.
    (global.set $begin (i32.const 65562))
    (global.set $pc (global.get $begin))
    (call $run))

  (func (export "resume") (param i32) (result i32)
    (call $run))

  (func $pattern (param $at i32) (result i64)
    (i64.mul (i64.extend_i32_u (local.get $at)) (i64.const 0x9E3779B97F4A7C15)))

  (func $digit (result i32)
    (local $c i32)
    (if (global.get $ended) (then (return (i32.const 0))))
    (local.set $c (i32.load8_u (global.get $pc)))
    (global.set $pc (i32.add (global.get $pc) (i32.const 1)))
    (if (i32.lt_u (i32.sub (local.get $c) (i32.const 48)) (i32.const 10))
      (then (return (i32.sub (local.get $c) (i32.const 48)))))
    (if (i32.lt_u (i32.sub (local.get $c) (i32.const 97)) (i32.const 6))
      (then (return (i32.sub (local.get $c) (i32.const 87)))))
    (global.set $ended (i32.const 1))
    (i32.const 0))

  (func $byte (result i32)
    (i32.or (i32.shl (call $digit) (i32.const 4)) (call $digit)))

  (func $word (result i32)
    (i32.or
      (i32.or (call $byte) (i32.shl (call $byte) (i32.const 8)))
      (i32.or (i32.shl (call $byte) (i32.const 16)) (i32.shl (call $byte) (i32.const 24)))))

  ;; Writes the bytes that follow, as many as the first says.
  (func $text (param $to i32) (result i32)
    (local $left i32) (local $length i32)
    (local.set $left (local.tee $length (call $byte)))
    (block $done
      (loop $next
        (br_if $done (i32.or (global.get $ended) (i32.eqz (local.get $left))))
        (i32.store8 (local.get $to) (call $byte))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $next)))
    (local.get $length))

  ;; With much to remember of each call, so that the stack is full before it has many: wasmer notes each when it traps.
  (func $recurse (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64)
    (i64.add
      (call $recurse
        (i64.add (local.get 0) (i64.const 1))
        (i64.add (local.get 1) (i64.const 2))
        (i64.add (local.get 2) (i64.const 3))
        (i64.add (local.get 3) (i64.const 4))
        (i64.add (local.get 4) (i64.const 5))
        (i64.add (local.get 5) (i64.const 6))
        (i64.add (local.get 6) (i64.const 7))
        (i64.add (local.get 7) (i64.const 8))
        (i64.add (local.get 8) (i64.const 9))
        (i64.add (local.get 9) (i64.const 10))
        (i64.add (local.get 10) (i64.const 11))
        (i64.add (local.get 11) (i64.const 12))
        (i64.add (local.get 12) (i64.const 13))
        (i64.add (local.get 13) (i64.const 14))
        (i64.add (local.get 14) (i64.const 15))
        (i64.add (local.get 15) (i64.const 16))
        (i64.add (local.get 16) (i64.const 17))
        (i64.add (local.get 17) (i64.const 18))
        (i64.add (local.get 18) (i64.const 19))
        (i64.add (local.get 19) (i64.const 20))
        (i64.add (local.get 20) (i64.const 21))
        (i64.add (local.get 21) (i64.const 22))
        (i64.add (local.get 22) (i64.const 23))
        (i64.add (local.get 23) (i64.const 24))
        (i64.add (local.get 24) (i64.const 25))
        (i64.add (local.get 25) (i64.const 26))
        (i64.add (local.get 26) (i64.const 27))
        (i64.add (local.get 27) (i64.const 28))
        (i64.add (local.get 28) (i64.const 29))
        (i64.add (local.get 29) (i64.const 30))
        (i64.add (local.get 30) (i64.const 31))
        (i64.add (local.get 31) (i64.const 32))
        (i64.add (local.get 32) (i64.const 33))
        (i64.add (local.get 33) (i64.const 34))
        (i64.add (local.get 34) (i64.const 35))
        (i64.add (local.get 35) (i64.const 36))
        (i64.add (local.get 36) (i64.const 37))
        (i64.add (local.get 37) (i64.const 38))
        (i64.add (local.get 38) (i64.const 39))
        (i64.add (local.get 39) (i64.const 40))
        (i64.add (local.get 40) (i64.const 41))
        (i64.add (local.get 41) (i64.const 42))
        (i64.add (local.get 42) (i64.const 43))
        (i64.add (local.get 43) (i64.const 44))
        (i64.add (local.get 44) (i64.const 45))
        (i64.add (local.get 45) (i64.const 46))
        (i64.add (local.get 46) (i64.const 47))
        (i64.add (local.get 47) (i64.const 48)))
      (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (i64.xor (local.get 0) (local.get 1)) (local.get 2)) (local.get 3)) (local.get 4)) (local.get 5)) (local.get 6)) (local.get 7)) (local.get 8)) (local.get 9)) (local.get 10)) (local.get 11)) (local.get 12)) (local.get 13)) (local.get 14)) (local.get 15)) (local.get 16)) (local.get 17)) (local.get 18)) (local.get 19)) (local.get 20)) (local.get 21)) (local.get 22)) (local.get 23)) (local.get 24)) (local.get 25)) (local.get 26)) (local.get 27)) (local.get 28)) (local.get 29)) (local.get 30)) (local.get 31)) (local.get 32)) (local.get 33)) (local.get 34)) (local.get 35)) (local.get 36)) (local.get 37)) (local.get 38)) (local.get 39)) (local.get 40)) (local.get 41)) (local.get 42)) (local.get 43)) (local.get 44)) (local.get 45)) (local.get 46)) (local.get 47))))

  (func $deep (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (unreachable)))
    (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))

  (func $control_word (param $number i32) (result i32)
    (i32.load offset=1024 (i32.shl (local.get $number) (i32.const 2))))

  ;; All bits of a range that are set; both ends are multiples of 8.
  (func $bits (param $at i32) (param $end i32) (result i64)
    (local $bits i64)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $bits (i64.or (local.get $bits) (i64.load (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $next)))
    (local.get $bits))

  (func $quick_bits (param $at i32) (param $end i32) (result i64)
    (local $bits i64)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (i32.add (local.get $at) (i32.const 32)) (local.get $end)))
        (local.set $bits
          (i64.or (local.get $bits)
            (i64.or
              (i64.or (i64.load (local.get $at)) (i64.load offset=8 (local.get $at)))
              (i64.or (i64.load offset=16 (local.get $at)) (i64.load offset=24 (local.get $at))))))
        (local.set $at (i32.add (local.get $at) (i32.const 32)))
        (br $next)))
    (i64.or (local.get $bits) (call $bits (local.get $at) (local.get $end))))

  ;; Where something is not as it was, counted from 1. Zero when all is well.
  (func $dirt (result i32)
    (local $at i32) (local $tail i32)
    (if (i32.ne (memory.size) (i32.const 3)) (then (return (i32.const 1))))
    (if (i64.ne (call $bits (i32.const 8) (i32.const 1024)) (i64.const 0)) (then (return (i32.const 2))))
    ;; Stop, kill and polls.
    (if (i32.or (i32.or (call $control_word (i32.const 0)) (call $control_word (i32.const 1))) (call $control_word (i32.const 2)))
      (then (return (i32.const 3))))
    (if (i32.ne (call $control_word (i32.const 12)) (i32.const 65536)) (then (return (i32.const 4))))
    (if (i32.ne (call $control_word (i32.const 13)) (i32.const 60000)) (then (return (i32.const 5))))
    (if (i32.ne (call $control_word (i32.const 14)) (i32.const 4096)) (then (return (i32.const 6))))
    (if (i32.ne (call $control_word (i32.const 15)) (i32.const 4)) (then (return (i32.const 7))))
    (if (i32.ne (call $control_word (i32.const 16)) (i32.const 8192)) (then (return (i32.const 8))))
    (if (i32.ne (call $control_word (i32.const 19)) (i32.const 16384)) (then (return (i32.const 9))))
    ;; Console length and loss, calls, their length, what is pending, the size.
    (if (i32.or
          (i32.or (call $control_word (i32.const 17)) (call $control_word (i32.const 18)))
          (i32.or (i32.or (call $control_word (i32.const 20)) (call $control_word (i32.const 21)))
            (i32.or (call $control_word (i32.const 22)) (call $control_word (i32.const 23)))))
      (then (return (i32.const 10))))
    (if (i64.ne (call $bits (i32.const 1120) (i32.const 4096)) (i64.const 0)) (then (return (i32.const 11))))
    (if (i64.ne (i64.load (i32.const 4096)) (i64.const 0x6c6c756e)) (then (return (i32.const 12))))
    (if (i64.ne (call $quick_bits (i32.const 4104) (i32.const 65536)) (i64.const 0)) (then (return (i32.const 13))))
    ;; Behind the input.
    (local.set $tail (i32.and (i32.add (i32.const 65543) (global.get $length)) (i32.const -8)))
    (if (i64.ne (call $quick_bits (local.get $tail) (i32.const 131072)) (i64.const 0)) (then (return (i32.const 14))))
    (local.set $at (i32.const 131072))
    (loop $next
      (if (i64.ne (i64.load (local.get $at)) (call $pattern (local.get $at))) (then (return (i32.const 15))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 196608))))
    (if (i32.ne (memory.grow (i32.const 2)) (i32.const 3)) (then (return (i32.const 16))))
    (if (i64.ne (call $quick_bits (i32.const 196608) (i32.const 327680)) (i64.const 0)) (then (return (i32.const 17))))
    (i32.const 0))

  (func $check
    (local $dirt i32)
    (if (local.tee $dirt (call $dirt))
      (then
        ;; A number of two digits.
        (i32.store8 (i32.const 4096) (i32.add (i32.const 48) (i32.div_u (i32.add (local.get $dirt) (i32.const 20)) (i32.const 10))))
        (i32.store8 (i32.const 4097) (i32.add (i32.const 48) (i32.rem_u (local.get $dirt) (i32.const 10))))
        (i32.store (i32.const 1080) (i32.const 4096))
        (i32.store (i32.const 1084) (i32.const 2)))
      (else
        (i32.store (i32.const 4096) (i32.const 0x65757274)))))

  ;; The script, up to a return.
  (func $run (result i32)
    (local $op i32) (local $a i32) (local $b i32) (local $c i32)
    (loop $next
      (local.set $op (call $byte))
      (if (global.get $ended) (then (return (i32.const 0))))
      (if (i32.eq (local.get $op) (i32.const 0x00)) (then (return (call $word))))
      (if (i32.eq (local.get $op) (i32.const 0x01))
        (then (i32.store (call $word) (call $word))))
      (if (i32.eq (local.get $op) (i32.const 0x02))
        (then
          (local.set $a (call $word))
          (local.set $b (i32.and (call $word) (i32.const 0xfffff)))
          (memory.fill (local.get $a) (call $byte) (local.get $b))))
      (if (i32.eq (local.get $op) (i32.const 0x03))
        (then (drop (memory.grow (call $word)))))
      (if (i32.eq (local.get $op) (i32.const 0x04)) (then (unreachable)))
      (if (i32.eq (local.get $op) (i32.const 0x05))
        (then (i32.store offset=1024 (i32.shl (call $byte) (i32.const 2)) (call $word))))
      (if (i32.eq (local.get $op) (i32.const 0x06))
        (then (drop (call $text (call $word)))))
      (if (i32.eq (local.get $op) (i32.const 0x07))
        (then
          (local.set $a (i32.add (call $control_word (i32.const 19)) (call $control_word (i32.const 20))))
          (i32.store (local.get $a) (call $word))
          (i32.store offset=4 (local.get $a) (call $word))
          (i32.store offset=8 (local.get $a) (call $word))
          (local.set $b (call $text (i32.add (local.get $a) (i32.const 12))))
          (i32.store (i32.const 1104)
            (i32.add (i32.add (call $control_word (i32.const 20)) (i32.const 12)) (local.get $b)))))
      (if (i32.eq (local.get $op) (i32.const 0x08))
        (then (loop $wait (br_if $wait (i32.eqz (i32.load (i32.const 1024)))))))
      (if (i32.eq (local.get $op) (i32.const 0x09))
        (then (loop $ever (br $ever))))
      (if (i32.eq (local.get $op) (i32.const 0x0a))
        (then (loop $ever (i32.store (i32.const 1028) (i32.const 0)) (br $ever))))
      (if (i32.eq (local.get $op) (i32.const 0x0b))
        (then (drop (call $recurse (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0)))))
      (if (i32.eq (local.get $op) (i32.const 0x0c))
        (then
          (local.set $a (call $byte))
          (local.set $b (call $byte))
          (if (i32.lt_u (global.get $rounds) (local.get $a))
            (then
              (global.set $rounds (i32.add (global.get $rounds) (i32.const 1)))
              (global.set $pc (i32.sub (global.get $pc) (i32.shl (local.get $b) (i32.const 1))))))))
      (if (i32.eq (local.get $op) (i32.const 0x0d))
        (then (global.set $pc (global.get $begin))))
      (if (i32.eq (local.get $op) (i32.const 0x0e)) (then (call $check)))
      (if (i32.eq (local.get $op) (i32.const 0x0f))
        (then
          (local.set $a (call $word))
          (local.set $b (call $word))
          (memory.copy (local.get $a) (local.get $b) (i32.and (call $word) (i32.const 0xfffff)))))
      (if (i32.eq (local.get $op) (i32.const 0x10))
        (then (drop (i32.div_u (local.get $op) (call $byte)))))
      (if (i32.eq (local.get $op) (i32.const 0x11))
        (then
          (local.set $a (i32.load offset=65532 (call $word)))
          (call_indirect (type $void) (i32.and (local.get $a) (i32.const 7)))))
      (if (i32.eq (local.get $op) (i32.const 0x12)) (then (global.set $sp (call $word))))
      (if (i32.eq (local.get $op) (i32.const 0x13)) (then (global.set $reserve_is_scripted (i32.const 1))))
      (if (i32.eq (local.get $op) (i32.const 0x14))
        (then
          (i32.store (i32.const 1084) (call $text (i32.const 4096)))
          (i32.store (i32.const 1080) (i32.const 4096))))
      (if (i32.eq (local.get $op) (i32.const 0x15))
        (then
          (i32.store (i32.const 1092) (call $text (i32.const 8192)))
          (i32.store (i32.const 1088) (i32.const 8192))))
      (if (i32.eq (local.get $op) (i32.const 0x16))
        (then (drop (call $deep (i32.and (call $word) (i32.const 0x3fff))))))
      (br $next))
    (unreachable)))
