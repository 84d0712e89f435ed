#!/usr/bin/env python3
"""Writes cwe.txt anew: `python3 cwe.py cwec_v4.14.xml > cwe.txt`.

The argument is MITRE's list in XML (https://cwe.mitre.org/data/downloads.html, "XML Content Downloads"). The names of
weaknesses are taken, not those of categories and views, which no vulnerability is classed by, nor of deprecated ones.
"""

import sys
import xml.etree.ElementTree as tree

LICENCE = """\
# Names of the Common Weakness Enumeration, version {version} of {date}: number, tab, name, by number. Made by cwe.py.
# Copyright (c) 2006-2022, The MITRE Corporation. CWE and the CWE logo are trademarks of The MITRE Corporation.
#
# CWE Usage: MITRE hereby grants you a non-exclusive, royalty-free license to use CWE for research, development, and
# commercial purposes. Any copy you make for such purposes is authorized on the condition that you reproduce MITRE's
# copyright designation and this license in any such copy.
#
# DISCLAIMERS
#
# ALL DOCUMENTS AND THE INFORMATION CONTAINED IN THE CWE ARE PROVIDED ON AN "AS IS" BASIS AND THE CONTRIBUTOR, THE
# ORGANIZATION HE/SHE REPRESENTS OR IS SPONSORED BY (IF ANY), THE MITRE CORPORATION, ITS BOARD OF TRUSTEES, OFFICERS,
# AGENTS, AND EMPLOYEES, DISCLAIM ALL WARRANTIES, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO ANY WARRANTY THAT
# THE USE OF THE INFORMATION THEREIN WILL NOT INFRINGE ANY RIGHTS OR ANY IMPLIED WARRANTIES OF MERCHANTABILITY OR
# FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT.
#
# IN NO EVENT SHALL THE CONTRIBUTOR, THE ORGANIZATION HE/SHE REPRESENTS OR IS SPONSORED BY (IF ANY), THE MITRE
# CORPORATION, ITS BOARD OF TRUSTEES, OFFICERS, AGENTS, AND EMPLOYEES BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
# LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
# INFORMATION OR THE USE OR OTHER DEALINGS IN THE CWE.
"""

catalogue = tree.parse(sys.argv[1]).getroot()
print(LICENCE.format(version=catalogue.get("Version"), date=catalogue.get("Date")), end="")
rows = {
    int(one.get("ID")): " ".join(one.get("Name").split())
    for one in catalogue.iter()
    if one.tag.endswith("}Weakness") and one.get("Status") != "Deprecated"
}
for number in sorted(rows):
    print(f"{number}\t{rows[number]}")
